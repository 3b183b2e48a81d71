"""The settings of the corpus and the index. A surface reads them once and passes them on."""

import re
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus import FetchRules, SettingsError, keep_in

ENV_FILE = Path(".env")
ENV_ENCODING = "utf-8-sig"  # Some editors put a byte order mark before UTF-8.
SETTINGS_CONFIG = SettingsConfigDict(
    env_prefix="MEASURES_",
    hide_input_in_errors=True,
    env_file=ENV_FILE,
    env_file_encoding=ENV_ENCODING,
    env_ignore_empty=True,
    extra="ignore",
)
_DATABASE_IS = (
    "postgresql://user:password@one:5432,two:5432/database, with @ : / ? # % and blanks of user and password written "
    "as %40 %3a %2f %3f %23 %25 and %20"
)
_NOT_ESCAPED = re.compile(r"%(?![0-9A-Fa-f]{2})|[\s#]")
_DATABASE_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]/@]*)(?::[0-9]{1,5})?")
Settings = TypeVar("Settings", bound=BaseSettings)


class IndexSettings(BaseSettings):
    """The settings of the corpus and the index, from `MEASURES_…` variables of the environment or of `.env`."""

    model_config = SETTINGS_CONFIG

    data_dir: Path = Field(default_factory=lambda: user_data_path("eu-measures", appauthor=False))
    database_url: SecretStr | None = None
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("eu-measures", appauthor=False))
    model: str = ""
    reader: bool = True
    cross_encoder: str = ""
    keep_generations: int = Field(default=3, ge=1)
    keep_versions: int = Field(default=10, ge=1)
    history_days: int | None = Field(default=None, ge=1)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    fetch_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    fetch_private: Annotated[frozenset[tuple[str, int]], NoDecode] = frozenset()
    fetch_delay: float = Field(default=1.0, ge=0.0, le=3600.0)
    feed_interval: float = Field(default=60.0, ge=1.0, le=1440.0)
    proxy: SecretStr | None = None

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what is no address of a database; the message does not repeat it, as it holds a password."""
        if value is None:
            return None
        url = value.get_secret_value().strip()
        if not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("it begins with postgresql://")
        address = url.partition("://")[2].partition("?")[0]
        hosts = address.partition("/")[0].rpartition("@")[2].split(",")
        if not all(_DATABASE_HOST.fullmatch(host) for host in hosts):
            raise ValueError(f"it names hosts and ports as in {_DATABASE_IS}")
        if address.count("@") > 1 or _NOT_ESCAPED.search(url):
            raise ValueError(f"it is like {_DATABASE_IS}")
        return SecretStr(url)

    @field_validator("fetch_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        patterns = _items(value)
        for pattern in patterns:
            if not re.fullmatch(r"\*|(?:\*\.)?[^\s*/:@]+", pattern):
                raise ValueError("each is a host such as www.example.org, *.example.org for all below one, or *")
        return patterns

    @field_validator("fetch_private", mode="before")
    @classmethod
    def _split_private(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [item.rpartition(":") for item in _items(value)]
        if not all(host and port.isdecimal() and 0 < int(port) < 65_536 for host, _, port in pairs):
            raise ValueError("each is a host and a port, such as mirror.example.org:8080")
        return frozenset((host.strip("[]").lower(), int(port)) for host, _, port in pairs)

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what is no address of an HTTP proxy; the message does not repeat it, as it may hold a password."""
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value().strip())
            is_proxy = parts.scheme == "http" and parts.hostname and parts.port and parts.path in ("", "/")
        except ValueError:
            is_proxy = False
        if not is_proxy or parts.query or parts.fragment:
            raise ValueError("it is the address of an HTTP proxy, such as http://proxy.example.org:3128")
        return SecretStr(value.get_secret_value().strip())


def fetch_rules(settings: IndexSettings) -> FetchRules:
    """Return the settings of fetching. A private server gets a pause between requests only where one is set."""
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    private_delay_s = settings.fetch_delay if "fetch_delay" in settings.model_fields_set else 0.0
    return FetchRules(
        settings.fetch_private, settings.fetch_hosts, settings.fetch_delay, private_delay_s=private_delay_s, proxy=proxy
    )


def load_index_settings() -> IndexSettings:
    """Read the settings, and let this process keep what tells languages apart where they say.

    :raises SettingsError: naming every variable that makes no sense, but never its value, which may be a secret.
    """
    settings = read_settings(IndexSettings)
    keep_in(settings.cache_dir)
    return settings


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings of some kind from the environment and `.env`.

    :raises SettingsError: naming every variable that makes no sense, but never its value, which may be a secret.
    """
    try:
        return kind()
    except ValidationError as error:
        wrong = [f"{variable(kind, str(fault['loc'][0]))} ({_why(fault['msg'])})" for fault in error.errors()]
        raise SettingsError(f"Correct these settings in the environment or .env: {'; '.join(wrong)}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{ENV_FILE.absolute()} is not in UTF-8: save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{ENV_FILE.absolute()} cannot be read ({error.strerror}): allow it.") from error


def variable(kind: type[BaseSettings], field: str) -> str:
    """Return the name of the variable that a field is read from."""
    alias = kind.model_fields[field].validation_alias if field in kind.model_fields else field
    return str(alias) if alias is not None else f"MEASURES_{field.upper()}"


def _why(message: str) -> str:
    """Return what pydantic says of a value, as a part of a sentence."""
    return message.removeprefix("Value error, ").lower()


def _items(value: str) -> tuple[str, ...]:
    """Split a comma-separated list."""
    return tuple(item.strip() for item in value.split(",") if item.strip())
