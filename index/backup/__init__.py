"""Backups: one archive of all that a data folder holds, made while the bot runs, and put back into an empty folder."""
