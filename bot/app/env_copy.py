"""A copy of the settings for a backup: what is set now, without what is secret or of this machine alone."""

import os
import re

from dotenv import dotenv_values

from bot.app.settings import BotSettings
from index import ENV_ENCODING, ENV_FILE, IndexSettings, variable

_OF_THE_MACHINE = {"data_dir", "cache_dir"}
_WITH_PASSWORD = re.compile(r"//[^/\s]*@")


def settings_without_secrets() -> str:
    """Return what is set now as the lines of an `.env`, without secrets and without folders of this machine.

    An address with a user or a password in it counts as a secret, too.
    """
    # Names are compared without case, as pydantic-settings does; the environment comes before `.env`.
    given = {
        name.upper(): value
        for source in (dotenv_values(ENV_FILE, encoding=ENV_ENCODING), os.environ)
        for name, value in source.items()
    }
    lines = []
    for settings in (IndexSettings, BotSettings):
        for name, field in settings.model_fields.items():
            given_name = variable(settings, name)
            value = given.get(given_name)
            is_secret = "SecretStr" in str(field.annotation) or _WITH_PASSWORD.search(value or "")
            if value and not is_secret and name not in _OF_THE_MACHINE:
                quoted = value.replace("\\", "\\\\").replace("'", "\\'")
                lines.append(f"{given_name}='{quoted}'\n")
    return "".join(lines)
