"""Rows: the one place that holds SQL."""
