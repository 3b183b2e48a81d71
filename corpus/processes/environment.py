"""The environment of child processes: that of this process without the secrets, which only this process needs."""

import os

# The proxy may hold a password; children get their settings over a pipe. Settings are read in any case.
_SECRETS = frozenset({"DISCORD_TOKEN", "MEASURES_DATABASE_URL", "MEASURES_HTTP_KEY", "MEASURES_PROXY"})


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for a child process: that of this process without secrets, plus more variables."""
    return {name: value for name, value in os.environ.items() if name.upper() not in _SECRETS} | more


def forget_secrets() -> None:
    """Remove the secrets from the environment of this process, because libraries also start programs (fc-list)."""
    for name in [name for name in os.environ if name.upper() in _SECRETS]:
        del os.environ[name]
