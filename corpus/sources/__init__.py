"""What announces releases."""
