"""What a message is: small talk, a question about the collection, a follow-up, or a question. Nothing is searched."""
