"""What a message is, before anything is searched: small talk, a question about the collection, a follow-up, a question."""
