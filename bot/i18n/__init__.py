"""The bot's own words in all official languages of the EU."""
