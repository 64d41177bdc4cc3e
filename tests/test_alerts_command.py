"""`gongkai alerts`: where deliveries stand, and another try."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli import app
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.alert_receiver import Answer, event, receiving

HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture(autouse=True)
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive with one event an hour ago, where the commands look."""
    monkeypatch.setenv("GONGKAI_STORE", str(tmp_path / "archive"))
    monkeypatch.setenv("GONGKAI_ALERTS", str(tmp_path / "alerts.yml"))
    monkeypatch.setenv("COLUMNS", "180")
    archive = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    archive.begin_run("run1", HOUR_AGO)
    archive.add_event(event(at=HOUR_AGO))


def subscribe(tmp_path: Path, **receivers: str) -> None:
    told = [{"name": name, "to": to} for name, to in receivers.items()]
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump({"subscriptions": told}), encoding="utf-8")


def ran(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["alerts", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_waiting_then_failed_with_the_next_try_then_sent(tmp_path: Path) -> None:
    with receiving() as receiver:
        subscribe(tmp_path, desk=receiver.webhook)
        code, told = ran()
        assert (code, "1 waiting" in told, "gongkai alerts --retry" in told) == (0, True, True)
        receiver.script = [Answer(503, {"Retry-After": "60"}), Answer(400)]
        code, told = ran("--retry", "--json")
        (line,) = [json.loads(line) for line in told.splitlines()]
        assert code == 1
        assert (line["state"], line["attempts"], line["kind"], line["subscription"]) == (
            "failed",
            1,
            "published",
            "desk",
        )
        assert datetime.fromisoformat(line["next_try_at"]) > datetime.now(UTC)
        assert ", next try at " in line["text"]
        # Not due yet: asking again sends nothing.
        assert ran("--retry")[0] == 1
        assert len(receiver.got) == 1


def test_a_refusal_waits_for_a_person_who_says_retry(tmp_path: Path) -> None:
    with receiving() as receiver:
        subscribe(tmp_path, desk=receiver.webhook)
        receiver.script = [Answer(400)]
        code, told = ran("--retry")
        assert code == 1
        assert "not tried again: a person must look" in told
        code, told = ran("--retry")
        assert (code, "1 sent" in told) == (0, True)
        assert len(set(receiver.keys)) == 1
        assert ran("--state", "failed", "--json") == (0, "")


def test_without_subscriptions_or_with_a_wrong_state_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONGKAI_ALERTS")
    result = CliRunner().invoke(app, ["alerts"])
    assert "GONGKAI_ALERTS" in str(result.exception)
    result = CliRunner().invoke(app, ["alerts", "--state", "lost"])
    assert "sent, failed, not known, waiting" in str(result.exception)
