"""Values -> what Discord shows, without any input or output."""
