"""Where it is asked: the command line, and Discord."""
