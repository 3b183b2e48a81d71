"""What the releases say of an agency, and when."""
