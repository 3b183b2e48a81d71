"""Bytes of a source -> a draft of a release: its text laid out, with what it states about itself."""
