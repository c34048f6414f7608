"""Knows the settings of one archive: from `guwah.toml` in its instance folder and from GUWAH_* in the environment.
Must not know what is done with a setting, nor be imported for one: a `Config` is passed."""

from __future__ import annotations

import ipaddress
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from archive.domain.errors import GuwahError

FILE: Final = "guwah.toml"
PREFIX: Final = "GUWAH_"
DEFAULT_INSTANCE: Final = Path("instance")

Language = Literal["en", "ug"]


class WrongSetting(GuwahError):
    """A setting cannot be used; the message names where it stands, the setting and the remedy."""


def _leave_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError
    return url


def _address(bind: str) -> str:
    return str(ipaddress.ip_address(bind))


class Config(BaseModel):
    """Every setting. A field's description says what it must be: it is the remedy in the message of a refusal."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    instance: Path = Field(description="the folder of the archive")
    bind: Annotated[str, AfterValidator(_address)] = Field(
        default="127.0.0.1", description="an IP address of this machine, such as 127.0.0.1 or ::1"
    )
    port: int = Field(default=8080, ge=1, le=65535, description="a whole number from 1 to 65535")
    tls: Literal["none", "proxy", "onion"] = Field(default="none", description='"none", "proxy" or "onion"')
    idle_minutes: int = Field(default=15, ge=5, le=60, description="a whole number of minutes from 5 to 60")
    languages: tuple[Language, ...] = Field(
        default=("en", "ug"),
        min_length=1,
        description='a list of one or more of "en" and "ug", the default first',
    )
    leave_url: Annotated[str, AfterValidator(_leave_url)] = Field(
        default="https://www.wikipedia.org/", description="a whole address that begins with https://"
    )
    workers: int = Field(default=1, ge=1, le=32, description="a whole number of processes from 1 to 32")
    threads: int = Field(default=8, ge=1, le=128, description="a whole number of threads from 1 to 128")

    @model_validator(mode="after")
    def _tls_is_declared(self) -> Self:
        if self.tls == "none" and not self.loopback:
            raise ValueError(
                f"bind is {self.bind}, which others can reach, and no TLS is declared. Browsers send the session "
                "cookie over TLS only, so on plain http people would sign in and be signed out at once, and "
                'passphrases would cross the network in clear. Set bind = "127.0.0.1", or put a TLS proxy or an '
                'onion service in front and declare it with tls = "proxy" or tls = "onion".'
            )
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return ipaddress.ip_address(self.bind).is_loopback

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the archive."""
        return f"http://{'localhost' if self.loopback else self.bind}:{self.port}"


def load(
    instance: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    port: int | None = None,
) -> Config:
    """Return the settings: an argument wins over the environment, that over the file, that over the default.

    The folder is ``instance``, else GUWAH_INSTANCE, else ``instance/``. Raises WrongSetting.
    """
    folder = instance or Path(environment.get(f"{PREFIX}INSTANCE") or DEFAULT_INSTANCE)
    file = folder / FILE
    settings = _from_file(file)
    said = dict.fromkeys(settings, str(file))
    for name, value in environment.items():
        if name.startswith(PREFIX) and name != f"{PREFIX}INSTANCE":
            setting = name.removeprefix(PREFIX).lower()
            settings[setting], said[setting] = _from_text(setting, value), name
    if port is not None:
        settings["port"], said["port"] = port, "--port"
    settings["instance"] = str(folder.absolute())
    try:
        return Config.model_validate_json(json.dumps(settings, default=str))
    except ValidationError as refused:
        raise WrongSetting(_explained(refused.errors(include_url=False)[0], said, str(file))) from None


def _from_file(file: Path) -> dict[str, object]:
    try:
        settings = tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except OSError as cause:
        raise WrongSetting(
            f"{file} cannot be read ({cause.strerror}). Make it readable for this account."
        ) from None
    except UnicodeDecodeError:
        raise WrongSetting(f"{file} is not UTF-8 text. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as cause:
        raise WrongSetting(f"{file} is not TOML ({cause}). Compare it with {FILE}.example.") from None
    if "instance" in settings:
        raise WrongSetting(f"{file}: instance is the folder that this file lies in. Remove the line.")
    return settings


def _from_text(setting: str, text: str) -> object:
    """Read an environment variable: numbers as numbers, a list as words with commas between."""
    if setting == "languages":
        return [word.strip() for word in text.split(",")]
    return int(text) if text.isascii() and text.isdigit() else text


def _explained(error: ErrorDetails, said: Mapping[str, str], file: str) -> str:
    if not error["loc"]:
        return f"{file}: {error['ctx']['error']}"
    setting = str(error["loc"][0])
    where = said.get(setting, file)
    known = Config.model_fields.get(setting)
    if known is None:
        names = ", ".join(name for name in Config.model_fields if name != "instance")
        return (
            f"{where}: there is no setting {setting}. Remove it or mend the name; the settings are {names}."
        )
    return f"{where}: {setting} must be {known.description}. Change it or remove the line."
