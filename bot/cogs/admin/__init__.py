"""What administrators do from Discord."""
