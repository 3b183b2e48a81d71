"""The settings of the bot, read once at the start."""

import os
import re
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus import SettingsError
from index import IndexSettings

_OF_THE_MACHINE = {"data_dir", "cache_dir"}
_WITH_PASSWORD = re.compile(r"//[^/\s]*@")
Ids = Annotated[frozenset[int], NoDecode]


class BotSettings(BaseSettings):
    """What the environment or `.env` says about Discord; the token shows in no message and no log."""

    model_config = SettingsConfigDict(
        env_prefix="MEASURES_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    message_content: bool = False
    pace: int = Field(default=6, ge=1, le=600)
    pace_burst: int = Field(default=3, ge=1, le=100)
    queue: int = Field(default=50, ge=1, le=10_000)
    answer_days: int = Field(default=30, ge=1, le=3650)
    log_format: Literal["text", "json"] = "text"
    admin_guilds: Ids = frozenset()
    admin_users: Ids = frozenset()
    admin_roles: Ids = frozenset()

    @field_validator("admin_guilds", "admin_users", "admin_roles", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """Read ids separated by commas."""
        return frozenset(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def load_bot_settings() -> BotSettings:
    """Read the settings.

    :raises SettingsError: naming every variable that makes no sense, never its value.
    """
    try:
        return BotSettings()
    except ValidationError as error:
        wrong = [f"{_variable(str(fault['loc'][0]))} ({fault['msg'].lower()})" for fault in error.errors()]
        raise SettingsError(f"Correct these settings in the environment or .env: {'; '.join(wrong)}.") from error


def _variable(field: str) -> str:
    return field if field.isupper() else f"MEASURES_{field.upper()}"


def settings_without_secrets() -> str:
    """Return what is set now as the lines of an `.env`, without secrets and without folders of this machine.

    An address with a user or a password in it counts as a secret, too.
    """
    # Names are compared without case, as pydantic-settings does; the environment comes before `.env`.
    given = {name.upper(): value for source in (dotenv_values(".env"), os.environ) for name, value in source.items()}
    lines = []
    for settings in (IndexSettings, BotSettings):
        for name, field in settings.model_fields.items():
            value = given.get(f"MEASURES_{name.upper()}")
            is_secret = "SecretStr" in str(field.annotation) or _WITH_PASSWORD.search(value or "")
            if value and not is_secret and name not in _OF_THE_MACHINE:
                quoted = value.replace("\\", "\\\\").replace("'", "\\'")
                lines.append(f"MEASURES_{name.upper()}='{quoted}'\n")
    return "".join(lines)
