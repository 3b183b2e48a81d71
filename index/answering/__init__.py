"""A question -> quotes, or "not found"."""
