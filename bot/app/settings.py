"""The settings of the bot, read once at the start."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus import SettingsError

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
