"""The settings of the bot, read once at the start."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from index import SETTINGS_CONFIG, read_settings

Ids = Annotated[frozenset[int], NoDecode]
_LEAST_HIDDEN = 6  # A shorter password may be part of any word.
_SHARDS = re.compile(r"(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?/(?P<count>[0-9]{1,5})")
_SHARDS_ARE = "it is the shards of this bot and how many there are, such as 0-3/16, which are the first four of 16"
_LISTENS_AT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]/@]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the bot listens for HTTP."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        """Write it as the setting does."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Shards:
    """The part of Discord's servers that one of several bots serves."""

    first: int
    last: int
    count: int

    @property
    def ids(self) -> range:
        """The numbers of its shards."""
        return range(self.first, self.last + 1)


class BotSettings(BaseSettings):
    """What the environment or `.env` says about the bot; its secrets show in no message and no log."""

    model_config = SETTINGS_CONFIG

    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    message_content: bool = False
    pace: int = Field(default=6, ge=1, le=600)
    pace_burst: int = Field(default=3, ge=1, le=100)
    queue: int = Field(default=50, ge=1, le=10_000)
    answer_days: int = Field(default=30, ge=1, le=3650)
    feedback_days: int = Field(default=730, ge=1)
    log_format: Literal["text", "json"] = "text"
    shards: Annotated[Shards | None, NoDecode] = None
    admin_guilds: Ids = frozenset()
    admin_users: Ids = frozenset()
    admin_roles: Ids = frozenset()
    http: Annotated[Address | None, NoDecode] = None
    http_key: SecretStr | None = Field(default=None, min_length=16)
    http_hosts: Annotated[frozenset[str], NoDecode] = frozenset()

    @field_validator("admin_guilds", "admin_users", "admin_roles", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """Read ids separated by commas."""
        return frozenset(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("http_hosts", mode="before")
    @classmethod
    def split_hosts(cls, value: object) -> object:
        """Read the names of hosts separated by commas."""
        if not isinstance(value, str):
            return value
        return frozenset(part.strip().lower() for part in value.split(",") if part.strip())

    @field_validator("shards", mode="before")
    @classmethod
    def read_shards(cls, value: object) -> object:
        """Read which shards of how many."""
        if not isinstance(value, str):
            return value
        match = _SHARDS.fullmatch(value.strip())
        if match is None:
            raise ValueError(_SHARDS_ARE)
        first, count = int(match["first"]), int(match["count"])
        last = int(match["last"] or first)
        if not first <= last < count:
            raise ValueError(_SHARDS_ARE)
        return Shards(first, last, count)

    @field_validator("http", mode="before")
    @classmethod
    def read_address(cls, value: object) -> object:
        """Read a host and a port."""
        if not isinstance(value, str):
            return value
        match = _LISTENS_AT.fullmatch(value.strip())
        if match is None or not 0 < int(match["port"]) < 65_536:
            raise ValueError("it is a host and a port, such as 127.0.0.1:9460 or [::1]:9460")
        return Address(match["six"] or match["host"], int(match["port"]))


def load_bot_settings() -> BotSettings:
    """Read the settings.

    :raises SettingsError: naming every variable that makes no sense, never its value.
    """
    return read_settings(BotSettings)


def secrets_of(settings: BotSettings, *addresses: SecretStr | None) -> tuple[str, ...]:
    """Return the values that no log may hold: of the addresses of a proxy or database, that is who logs in there."""
    held = (settings.discord_token, settings.http_key)
    secrets = [secret.get_secret_value().strip() for secret in held if secret]
    for address in filter(None, addresses):
        login = urlsplit(address.get_secret_value()).netloc.rpartition("@")[0]
        password = login.partition(":")[2]
        secrets += [login, *(each for each in (password, unquote(password)) if len(each) >= _LEAST_HIDDEN)]
    return tuple(filter(None, secrets))
