"""The environment of child processes: that of this process without the token, which only the bot needs."""

import os

_SECRET = "DISCORD_TOKEN"  # noqa: S105 - the name of the variable; settings are read in any case


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for a child process: that of this process without secrets, plus more variables."""
    return {name: value for name, value in os.environ.items() if name.upper() != _SECRET} | more


def forget_secrets() -> None:
    """Remove the secrets from the environment of this process, because libraries also start programs (fc-list)."""
    for name in [name for name in os.environ if name.upper() == _SECRET]:
        del os.environ[name]
