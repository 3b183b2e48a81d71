"""The command line and the Discord bot: where people ask."""
