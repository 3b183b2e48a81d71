"""All SQL of the bot: what Discord users leave behind, in bot.db or in PostgreSQL, and what several bots agree on."""
