"""`gongkai doctor`: what is broken is named with its remedy, and only what is broken ends with 1."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.doctor.machine import check_extras
from flows.doctor.store import judged
from tests.alert_receiver import receiving
from tests.commanding import gongkai

PORTAL = """id: here
title: 本机
region: "120000"
start_urls: [http://127.0.0.1:9/list.html]
"""


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one portal on loopback, a store, and nothing else set."""
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "here.yml").write_text(PORTAL, encoding="utf-8")
    (tmp_path / "archive").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_PORTALS", str(tmp_path / "portals"))
    monkeypatch.setenv("GONGKAI_STORE", str(tmp_path / "archive"))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    for name in ("GONGKAI_CONTACT", "GONGKAI_CORPUS", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def examined(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    code = gongkai(monkeypatch, "doctor", "--json", *arguments)
    told = json.loads(capsys.readouterr().out)
    assert told["fit"] is (code == 0)
    return code, {check["name"]: check for check in told["checks"]}


def test_a_sound_installation_is_fit(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, checks = examined(monkeypatch, capsys)
    assert code == 0, checks
    states = {name: checks[name]["state"] for name in ("store", "contact", "portals", "configuration", "clock")}
    assert states == {
        "store": "good", "contact": "good", "portals": "good", "configuration": "good", "clock": "not checked"
    }  # fmt: skip
    assert not [p for p in (sound / "archive").rglob("*") if p.is_file()], "what was tried is cleared away"


def test_what_is_broken_is_named_with_its_remedy(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (sound / "portals" / "there.yml").write_text(
        PORTAL.replace("here", "there").replace("127.0.0.1:9", "www.example.gov.cn"), encoding="utf-8"
    )
    (sound / "alerts.yml").write_text("subscriptions: [{name: a, too: x}]", encoding="utf-8")
    monkeypatch.setenv("GONGKAI_ALERTS", str(sound / "alerts.yml"))
    monkeypatch.setenv("GONGKAI_CONTAKT", "me@example.org")
    monkeypatch.setenv("GONGKAI_BROWSER", str(sound / "nowhere"))
    monkeypatch.setenv("GONGKAI_SIGNING_KEY", str(sound / "no.pem"))
    code, checks = examined(monkeypatch, capsys)
    broken = {name for name, check in checks.items() if check["state"] == "broken"}
    assert code == 1
    assert broken == {"configuration", "contact", "alerts", "browser", "signing key"}
    assert "GONGKAI_CONTAKT" in checks["configuration"]["seen"]
    assert "GONGKAI_CONTACT" in checks["contact"]["mend"]
    assert "alerts.yml, line 1" in checks["alerts"]["seen"]


def test_a_key_that_others_can_read(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gongkai(monkeypatch, "keys", "new", "--to", str(sound))
    capsys.readouterr()
    key = sound / "gongkai-signing-key.pem"
    monkeypatch.setenv("GONGKAI_SIGNING_KEY", str(key))
    assert examined(monkeypatch, capsys)[1]["signing key"]["state"] == "good"
    key.chmod(0o644)
    assert examined(monkeypatch, capsys)[1]["signing key"]["mend"] == f"Run: chmod 600 {key}"


def test_a_store_that_is_none(sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (sound / "file").write_text("no folder")
    code, checks = examined(monkeypatch, capsys, "--store", str(sound / "file"))
    assert code == 1
    assert checks["store"]["state"] == "broken"
    assert examined(monkeypatch, capsys, "--store", "ftp://x/y")[1]["store"]["state"] == "broken"


def test_what_we_are_watched_by(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, checks = examined(monkeypatch, capsys)
    assert {name: checks[name]["state"] for name in ("metrics", "spans")} == dict.fromkeys(
        ("metrics", "spans"), "not checked"
    )
    monkeypatch.setenv("GONGKAI_METRICS", str(sound / "no folder" / "gongkai.prom"))
    monkeypatch.setenv("GONGKAI_OTEL_ENDPOINT", "http://127.0.0.1:9")
    code, checks = examined(monkeypatch, capsys)
    assert (code, checks["metrics"]["state"], checks["spans"]["state"]) == (1, "broken", "broken")
    assert "GONGKAI_OTEL_ENDPOINT" in checks["spans"]["mend"]
    monkeypatch.setenv("GONGKAI_METRICS", str(sound / "gongkai.prom"))
    with receiving() as collector:
        monkeypatch.setenv("GONGKAI_OTEL_ENDPOINT", f"http://127.0.0.1:{collector.port}")
        code, checks = examined(monkeypatch, capsys)
    assert (code, checks["metrics"]["state"], checks["spans"]["state"]) == (0, "good", "good")


@pytest.mark.parametrize(("minutes", "state"), [(0, "good"), (4, "good"), (6, "broken"), (-6, "broken")])
def test_a_clock_that_is_off(minutes: int, state: str) -> None:
    assert judged(timedelta(minutes=minutes)).state == state
    assert ("behind" in judged(timedelta(minutes=minutes)).seen) is (minutes > 0)


@pytest.mark.usefixtures("sound")
def test_a_setting_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GONGKAI_DELAY", "soon")
    code, checks = examined(monkeypatch, capsys)
    assert code == 1
    assert checks["configuration"]["seen"].startswith("GONGKAI_DELAY (environment): ")


def test_packages_outside_of_their_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"prefect": "3.9.1"}
    real = __import__("importlib.metadata").metadata.version
    monkeypatch.setattr("flows.doctor.machine.metadata.version", lambda name: installed.get(name) or real(name))
    found = {check.name: check for check in check_extras()}
    assert found["packages [collect]"].state == "broken"
    assert "prefect 3.9.1 (wanted <3.9,>=3.8)" in found["packages [collect]"].seen
    assert found["packages [web]"].state == "good"
