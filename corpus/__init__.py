"""What is said, and by whom: releases, their texts, the agencies they name, and how sources become releases.

The names here are all that other packages may use. Each is imported when it is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
