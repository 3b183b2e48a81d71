"""Releases: their texts, the agencies they name, and how a source becomes one.

Other packages may use only the names listed in `__init__.pyi`. Each is imported when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
