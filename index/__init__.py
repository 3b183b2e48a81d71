"""Where it is said: questions answered from an index of releases, and all that changes what is served.

The names here are all that other packages may use. Each is imported when it is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
