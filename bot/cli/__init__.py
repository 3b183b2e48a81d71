"""The command line `measures`."""
