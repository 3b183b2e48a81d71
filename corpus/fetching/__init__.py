"""An address -> its bytes, safely: which addresses, how fast, how long and how large."""
