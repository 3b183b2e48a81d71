"""Where it is said: retrieval over generations of an index. No Discord."""
