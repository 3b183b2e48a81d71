"""The settings of the bot, read once at the edge."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class BotSettings(BaseSettings):
    """What the environment or `.env` says about Discord; the token shows in no message and no log."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")


def load_bot_settings() -> BotSettings:
    """Read the settings."""
    return BotSettings()
