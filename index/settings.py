"""The settings of the corpus and the index. A surface reads them once and passes them on."""

import re
from pathlib import Path
from typing import Annotated

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus import FetchRules, SettingsError


class IndexSettings(BaseSettings):
    """The settings of the corpus and the index, from `MEASURES_…` variables of the environment or of `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="MEASURES_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("eu-measures", appauthor=False))
    database_url: SecretStr | None = None
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("eu-measures", appauthor=False))
    model: str = ""
    reader: bool = True
    cross_encoder: str = ""
    keep_generations: int = Field(default=3, ge=1)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    fetch_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    fetch_private: Annotated[frozenset[tuple[str, int]], NoDecode] = frozenset()
    fetch_delay: float = Field(default=1.0, ge=0.0, le=3600.0)
    feed_interval: float = Field(default=60.0, ge=1.0, le=1440.0)

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("it begins with postgresql://")
        return value

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


def fetch_rules(settings: IndexSettings) -> FetchRules:
    """Return the settings of fetching."""
    return FetchRules(settings.fetch_private, settings.fetch_hosts, settings.fetch_delay)


def load_index_settings() -> IndexSettings:
    """Read the settings.

    :raises SettingsError: naming every variable that makes no sense, but never its value, which may be a secret.
    """
    try:
        return IndexSettings()
    except ValidationError as error:
        wrong = [
            f"MEASURES_{'_'.join(map(str, fault['loc'])).upper()} ({fault['msg'].lower()})" for fault in error.errors()
        ]
        raise SettingsError(f"Correct these settings in the environment or .env: {'; '.join(wrong)}.") from error


def _items(value: str) -> tuple[str, ...]:
    """Split a comma-separated list."""
    return tuple(item.strip() for item in value.split(",") if item.strip())
