"""The EU's agencies and bodies: the registry, and where a text names them."""
