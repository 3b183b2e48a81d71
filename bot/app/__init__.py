"""What the bot is made of beside its commands: client, queue, store, sending."""
