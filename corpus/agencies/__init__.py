"""The EU agencies: the registry of them, and where a text names them."""
