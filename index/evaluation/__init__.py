"""Measures the quality of answers with gold questions."""
