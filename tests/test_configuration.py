"""One file or the environment: which wins, what is refused, and that nothing secret is ever shown."""

import json
import logging
from pathlib import Path

import pytest

from flows.alerts.subscriptions import load_subscriptions
from flows.configuration import unknown_settings, without_password
from flows.deploy import whole_address
from flows.run import Equipment
from flows.settings import Settings
from model.errors import InvalidStore, Misconfigured
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.commanding import gongkai
from web.settings import WebSettings

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIASECRETKEYID",
    "AWS_SECRET_ACCESS_KEY": "aws-very-secret",
    "AWS_SESSION_TOKEN": "session-very-secret",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer header-very-secret",
    "GONGKAI_WEB_PASSWORD": "web-very-secret",
    "PREFECT_API_AUTH_STRING": "gongkai:prefect-very-secret",
    "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://gongkai:database-very-secret@db/prefect",
    "HOOK_SECRET": "hook-very-secret-of-thirty-two-letters",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GONGKAI_CONFIG", "GONGKAI_CONTACT", "GONGKAI_DELAY", "GONGKAI_STORE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def written(folder: Path, text: str) -> None:
    (folder / "gongkai.toml").write_text(text, encoding="utf-8")


def test_environment_before_dotenv_before_file_before_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, 'contact = "file"\ndelay = 2\nvantage = "file"\ns3_attempts = 3\n[web]\ntitle = "公开"\n')
    (folder / ".env").write_text("GONGKAI_DELAY=3\nGONGKAI_CONTACT=dotenv\n")
    monkeypatch.setenv("GONGKAI_CONTACT", "environment")
    settings = Settings()
    assert (settings.contact, settings.delay, settings.vantage) == ("environment", 3.0, "file")
    assert (settings.timeout, settings.storage.s3_attempts, WebSettings().title) == (60.0, 3, "公开")


def test_show_says_where_each_value_comes_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, 'contact = "me@example.org"\n[web]\nrefresh_seconds = 5\n')
    monkeypatch.setenv("GONGKAI_DELAY", "4")
    gongkai(monkeypatch, "config", "show", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["GONGKAI_CONTACT"]["value"], told["GONGKAI_CONTACT"]["source"]) == ("me@example.org", "gongkai.toml")
    assert (told["GONGKAI_DELAY"]["value"], told["GONGKAI_DELAY"]["source"]) == (4.0, "environment")
    assert told["GONGKAI_WEB_REFRESH_SECONDS"]["key"] == "web.refresh_seconds"
    assert told["GONGKAI_TIMEOUT"]["source"] == "default"


def test_another_file_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "other.toml").write_text('contact = "other"')
    monkeypatch.setenv("GONGKAI_CONFIG", str(folder / "other.toml"))
    assert Settings().contact == "other"
    monkeypatch.setenv("GONGKAI_CONFIG", str(folder / "none.toml"))
    with pytest.raises(Misconfigured, match=r"none\.toml, which is no file"):
        Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("contact = ", r"gongkai\.toml is no TOML"),
        ('delay = "soon"', r"GONGKAI_DELAY \(gongkai\.toml\)"),
        ("web = 3", r"written \[web\]"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, text: str, told: str) -> None:
    written(folder, text)
    with pytest.raises(Misconfigured, match=told):
        (Settings(), WebSettings())


def test_slips_of_the_pen_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, 'contakt = "x"\n[web]\ncolour = 1\n')
    monkeypatch.setenv("GONGKAI_DELAYS", "1")
    found = unknown_settings()
    assert {"GONGKAI_DELAYS", "contakt in gongkai.toml", "web.colour in gongkai.toml"} <= set(found)


def test_secrets_are_not_shown_and_not_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    alerts = folder / "alerts.yml"
    alerts.write_text(
        "subscriptions:\n  - name: hook\n"
        "    to: webhook+https://hooks.example.org/url-very-secret\n    secret: ${HOOK_SECRET}\n"
    )
    monkeypatch.setenv("GONGKAI_ALERTS", str(alerts))
    for arguments in (["config", "show"], ["config", "show", "--all"], ["config", "show", "--json"], ["doctor"]):
        gongkai(monkeypatch, *arguments)
    out, err = capsys.readouterr()
    equipment = Equipment(Settings(), load_subscriptions(alerts))
    said = out + err + caplog.text + repr(equipment) + repr(WebSettings())
    assert "********" in out
    assert "very-secret" not in said
    assert "AKIASECRETKEYID" not in said


@pytest.mark.usefixtures("folder")
def test_a_setting_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_DELAY", "very-secret")
    with pytest.raises(Misconfigured) as refused:
        Settings()
    assert "very-secret" not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("s3://key:very-secret@bucket/prefix", None),
        ("s3://bucket/prefix?endpoint=http://key:very-secret@127.0.0.1:8333", None),
        ("s3://bucket/prefix", "http://key:very-secret@127.0.0.1:8333"),
    ],
)
def test_no_password_in_the_address_of_a_store(address: str, endpoint: str | None) -> None:
    with pytest.raises(InvalidStore) as refused:
        open_store(address, settings=StorageSettings(s3_endpoint=endpoint))
    assert "very-secret" not in str(refused.value)


def test_addresses_are_shown_without_their_password() -> None:
    assert without_password("postgresql://me:x@db:5432/p") == "postgresql://me:********@db:5432/p"
    assert without_password("http://127.0.0.1:4200/api") == "http://127.0.0.1:4200/api"
    assert whole_address("s3://bucket/prefix") == "s3://bucket/prefix"
