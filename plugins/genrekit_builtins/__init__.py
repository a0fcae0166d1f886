"""The components that ship with genrekit: plugins like anybody's, found through the same entry points."""
