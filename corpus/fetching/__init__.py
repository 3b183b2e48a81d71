"""An address -> its bytes, safely."""
