"""Settings from one file, `gongkai.toml`, or from the environment, which wins.

The file is the one that GONGKAI_CONFIG names, else `gongkai.toml` in the working folder. Its keys are the names of the
variables in small letters and without `GONGKAI_`; those of the explorer stand in a table `[web]`.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from model.errors import Misconfigured

PREFIX = "GONGKAI_"
NAMED_BY = "GONGKAI_CONFIG"
USUAL = Path("gongkai.toml")
DOTENV = Path(".env")
TABLE_OF = {"GONGKAI_": None, "GONGKAI_WEB_": "web"}
MASK = "********"


class Configured(BaseSettings):
    """Settings of which each field is a variable, a line of `.env` or a key of `gongkai.toml`, in this order.

    Misconfigured names the setting and what is wrong with it; it never repeats the value, which may be a secret.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=DOTENV, extra="ignore")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            name, told = str(first["loc"][0]) if first["loc"] else "the whole", first["msg"]
        else:
            return
        # Outside the except clause: the pydantic error holds the input in its traceback.
        where = source_of(type(self), name)
        raise Misconfigured(f"{variable(type(self), name)} ({where}): {told}; `gongkai config show` lists the settings")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, InitSettingsSource(settings_cls, in_file(cls))


def config_file() -> Path | None:
    """The file in force, or None. Misconfigured when GONGKAI_CONFIG names one that is not there."""
    if named := os.environ.get(NAMED_BY):
        path = Path(named).expanduser()
        if not path.is_file():
            raise Misconfigured(f"{NAMED_BY} names {path}, which is no file; mend it or unset {NAMED_BY}")
        return path
    return USUAL if USUAL.is_file() else None


def whole_file() -> dict[str, Any]:
    """What the file says; empty without one. Misconfigured when it can't be read."""
    path = config_file()
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}); mend its permissions") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} is not UTF-8; write it anew") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is no TOML ({error}); mend it") from None


def in_file(settings: type[BaseSettings]) -> dict[str, Any]:
    """The keys of the file that are fields of these settings."""
    table = TABLE_OF[prefix(settings)]
    whole = whole_file()
    found = whole if table is None else whole.get(table, {})
    if not isinstance(found, dict):
        raise Misconfigured(f"{config_file()}: {table} must be a table, written [{table}]")
    return {
        name: value for name, value in found.items() if name in settings.model_fields and not is_nested(settings, name)
    }


def prefix(settings: type[BaseSettings]) -> str:
    return settings.model_config.get("env_prefix") or PREFIX


def variable(settings: type[BaseSettings], field: str) -> str:
    """`delay` → `GONGKAI_DELAY`."""
    return prefix(settings) + field.upper()


def is_nested(settings: type[BaseSettings], field: str) -> bool:
    """Is the field a group of settings that are read by themselves?"""
    kind = settings.model_fields[field].annotation
    return isinstance(kind, type) and issubclass(kind, BaseSettings)


def source_of(settings: type[BaseSettings], field: str) -> str:
    """Where the value in force comes from: `environment`, `.env`, the file, or `default`."""
    name = variable(settings, field)
    if any(given.upper() == name for given in os.environ):
        return "environment"
    if any(given.upper() == name for given in dotenv_names()):
        return str(DOTENV)
    return str(config_file()) if field in in_file(settings) else "default"


def dotenv_names() -> set[str]:
    return {*dotenv_values(DOTENV)} if DOTENV.is_file() else set()


def shown(value: Any) -> Any:
    """The value as it may be printed: secrets masked, the rest as JSON has it."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value
