"""Child processes: their environment, their end with their parent, and a sandbox for work on untrusted data."""
