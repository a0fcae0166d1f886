"""Any mirdata data set with genre, instrument or tag labels."""
