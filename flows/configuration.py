"""Every setting with its value and where it comes from, fit to be printed: nothing secret is in it."""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic_settings import BaseSettings

from storage.configuration import MASK, config_file, dotenv_names, is_nested, shown, source_of, variable, whole_file
from storage.settings import StorageSettings
from web.settings import WebSettings

from .settings import Settings

# Read from the environment only: credentials, the server of Prefect, what tests and children are told.
BESIDE = {
    "PREFECT_API_URL": "Address of the Prefect server",
    "PREFECT_API_AUTH_STRING": "Name and password for it",
    "PREFECT_SERVER_API_AUTH_STRING": "Name and password that it asks for",
    "PREFECT_API_DATABASE_CONNECTION_URL": "Its database",
    "AWS_ACCESS_KEY_ID": "Credentials of the bucket",
    "AWS_SECRET_ACCESS_KEY": "Credentials of the bucket",
    "AWS_SESSION_TOKEN": "Credentials of the bucket",
    "AWS_PROFILE": "Which credentials of the shared file",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "Collector for spans where GONGKAI_OTEL_ENDPOINT names none",
    "OTEL_EXPORTER_OTLP_HEADERS": "What the collector asks for, such as a token",
    "GONGKAI_LOG": "json: each line of the log is one JSON object",
    "GONGKAI_CRAWL_LOG": "Level of the log of crawl processes",
}
SECRET = ("AUTH_STRING", "SECRET", "KEY_ID", "TOKEN", "PASSWORD", "OTLP_HEADERS")
# Variables that begin with GONGKAI_ and are for whoever tests or builds gongkai.
BUILDERS = (
    "CONFIG",
    "CORPUS",
    "PICTURES",
    "SCHEMATHESIS",
    "REPLAY_TOOLS",
    "RELEASE",
    "DATASETTE",
    "NAMES",
    "TEST_",
    "BENCH_",
)


class Setting(NamedTuple):
    """One setting. `value` is as JSON has it, secrets masked."""

    name: str
    key: str
    value: Any
    source: str
    about: str


def configuration() -> list[Setting]:
    """All settings in force. Misconfigured when one of them can't be used."""
    found = [setting for settings in (Settings(), StorageSettings(), WebSettings()) for setting in _of(settings)]
    once = {setting.name: setting for setting in reversed(found)}
    return [*sorted(once.values()), *_beside()]


def unknown_settings() -> list[str]:
    """Variables and keys of the file that look like settings of gongkai and are none: a slip of the pen, mostly."""
    known = {variable(kind, field) for kind in (Settings, StorageSettings, WebSettings) for field in kind.model_fields}
    known |= BESIDE.keys()
    given = {name for name in [*os.environ, *dotenv_names()] if name.upper().startswith("GONGKAI_")}
    ours = tuple(f"GONGKAI_{word}" for word in BUILDERS)
    wrong = sorted(name for name in given if name.upper() not in known and not name.upper().startswith(ours))
    whole = whole_file()
    web = whole.pop("web", {})
    keys = {*Settings.model_fields, *StorageSettings.model_fields} - {"storage"}
    wrong += [f"{name} in {config_file()}" for name in sorted(whole) if name not in keys]
    wrong += [f"web.{name} in {config_file()}" for name in sorted(web) if name not in WebSettings.model_fields]
    return wrong


def without_password(address: str) -> str:
    """`postgresql://me:secret@host/db` → `postgresql://me:********@host/db`."""
    try:
        parts = urlsplit(address)
        if parts.password is None:
            return address
    except ValueError:
        return MASK
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{MASK}@{place}"))


def _of(settings: BaseSettings) -> Iterator[Setting]:
    kind = type(settings)
    for field, info in kind.model_fields.items():
        if is_nested(kind, field):
            continue
        value = shown(getattr(settings, field))
        told = without_password(value) if isinstance(value, str) else value
        table = "web." if kind is WebSettings else ""
        yield Setting(variable(kind, field), table + field, told, source_of(kind, field), info.description or "")


def _beside() -> Iterator[Setting]:
    for name, about in BESIDE.items():
        value = os.environ.get(name)
        secret = any(word in name for word in SECRET)
        told = None if value is None else MASK if secret else without_password(value)
        yield Setting(name, "", told, "environment" if value is not None else "default", about)
