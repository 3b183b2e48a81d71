"""What a process that this one starts is told of its environment: all but the token, which is for the bot alone."""

import os

_SECRET = "DISCORD_TOKEN"  # noqa: S105 - its name, in whatever case: settings are read in any


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for a child: this process's without secrets, and more."""
    return {name: value for name, value in os.environ.items() if name.upper() != _SECRET} | more


def forget_secrets() -> None:
    """Take the secrets out of this process's environment: libraries start programs, too, such as fc-list for fonts."""
    for name in [name for name in os.environ if name.upper() == _SECRET]:
        del os.environ[name]
