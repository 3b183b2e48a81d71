"""Values -> what Discord shows."""
