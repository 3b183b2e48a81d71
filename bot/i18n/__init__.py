"""The bot's own words in six languages."""
