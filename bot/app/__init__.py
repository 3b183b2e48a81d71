"""What the bot runs on: its client, the queue to the engine, bot.db, sending and logging."""
