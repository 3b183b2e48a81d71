"""Gold questions -> figures."""
