"""What `genrekit compare` does: runs side by side. Reads run folders; needs neither torch nor the runs' plugins."""
