"""Sources that announce releases: feeds, and the starter list."""
