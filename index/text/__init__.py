"""A release -> sentences, passages, terms."""
