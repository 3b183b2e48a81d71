"""Bytes of a source -> a draft of a release."""
