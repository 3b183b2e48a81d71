"""Words in six languages."""
