"""The settings of the corpus and the index, read once at the edge and passed down."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError


class IndexSettings(BaseSettings):
    """What `MEASURES_…` variables of the environment or of `.env` say about the corpus and the index."""

    model_config = SettingsConfigDict(
        env_prefix="MEASURES_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("eu-measures", appauthor=False))
    model: str = ""
    cross_encoder: str = ""
    keep_generations: int = Field(default=3, ge=1)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)


def load_index_settings() -> IndexSettings:
    """Read the settings.

    :raises SettingsError: naming every variable that makes no sense, never its value.
    """
    try:
        return IndexSettings()
    except ValidationError as error:
        wrong = [
            f"MEASURES_{'_'.join(map(str, fault['loc'])).upper()} ({fault['msg'].lower()})" for fault in error.errors()
        ]
        raise SettingsError(f"Correct these settings in the environment or .env: {'; '.join(wrong)}.") from error
