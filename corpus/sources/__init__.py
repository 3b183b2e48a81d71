"""What announces releases: feeds, sitemaps, the lists of the press corner; and the starter list of such sources."""
