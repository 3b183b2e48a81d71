"""What other programs ask: the same questions as people, over HTTP with JSON and over MCP."""
