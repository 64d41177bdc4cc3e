"""alerts.yml: what it may say, and what one is told when it is wrong."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.alerts import Subscriptions, load_subscriptions
from model.errors import InvalidSubscriptions
from model.vocabulary import EventKind
from tests.alert_receiver import NOON, event, subscription

WHOLE = """\
feeds: {folder: ./out, title: 年报动态, limit: 50, url: https://desk.example/feeds}
subscriptions:
  - name: newsdesk
    to: webhook+https://desk.example/${DESK_TOKEN}
  - name: mail
    to: mailtos://user:${MAIL_PASSWORD}@mail.example?to=desk@mail.example
    kinds: [published, revised]
    portals: [tianjin-rsj]
    regions: ["12"]
    since: 2026-03-01
"""
SECRETS = {"DESK_TOKEN": "t0ken", "MAIL_PASSWORD": "s3cret"}


def write(folder: Path, text: str) -> Path:
    path = folder / "alerts.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_is_read_and_secrets_come_from_the_environment(tmp_path: Path) -> None:
    loaded = load_subscriptions(write(tmp_path, WHOLE), SECRETS)
    newsdesk, mail = loaded.subscriptions
    assert loaded.feeds is not None
    assert (loaded.feeds.folder, loaded.feeds.title, loaded.feeds.limit) == ("./out", "年报动态", 50)
    assert newsdesk.to.get_secret_value() == "webhook+https://desk.example/t0ken"
    assert mail.to.get_secret_value() == "mailtos://user:s3cret@mail.example?to=desk@mail.example"
    assert (newsdesk.scheme, mail.scheme) == ("webhook+https", "mailtos")
    assert mail.kinds == (EventKind.PUBLISHED, EventKind.REVISED)
    assert "s3cret" not in repr(loaded)
    assert "t0ken" not in loaded.model_dump_json()


def test_without_a_file_nobody_is_told(tmp_path: Path) -> None:
    assert load_subscriptions(None) == Subscriptions()
    assert load_subscriptions(write(tmp_path, "")) == Subscriptions()


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            "subscriptions:\n  - name: a\n    to: webhook+https://x.example/\n    kind: [revised]\n",
            4,
            "no such setting",
        ),
        ("feed: {}\n", 1, "no such setting"),
        ("subscriptions:\n  - name: a\n    to: ${NOWHERE}\n", 3, "the environment has no NOWHERE"),
        ("subscriptions:\n  - name: a\n    to: nonsense\n", 3, "none that Apprise understands"),
        ("subscriptions:\n  - name: a\n    to: webhook+https:///hook\n", 3, "needs a host"),
        ("subscriptions:\n  - name: a\n\n    kinds: [revized]\n    to: webhook+https://x.example\n", 4, "published"),
        ("subscriptions:\n  - name: a\n    to: webhook+https://x.example\n    kinds: [collected]\n", 4, "is silent"),
        ("subscriptions:\n  - name: a b\n    to: webhook+https://x.example\n", 2, "match pattern"),
        ("subscriptions:\n  - name: a\n    to: webhook+https://x.example\n    regions: [12]\n", 4, "valid string"),
        ("feeds:\n  folder: ./a\n  limit: 0\n", 3, "greater than or equal to 1"),
        ("subscriptions:\n  - name: a\n   to: x\n", 3, "is no YAML"),
        ("- a\n", 1, "the whole"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InvalidSubscriptions) as error:
        load_subscriptions(path, {})
    assert str(error.value).startswith(f"{path}, line {line}: ")
    assert told in str(error.value)


def test_two_subscriptions_of_one_name_are_refused(tmp_path: Path) -> None:
    one = "  - {name: desk, to: 'webhook+https://x.example'}\n"
    with pytest.raises(InvalidSubscriptions, match="line 1: subscriptions: two subscriptions are called desk"):
        load_subscriptions(write(tmp_path, f"subscriptions:\n{one}{one}"), {})


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidSubscriptions, match=r"cannot be read \(No such file or directory\).*GONGKAI_ALERTS"):
        load_subscriptions(tmp_path / "none.yml")


@pytest.mark.parametrize(
    "address", ["webhook+https://user:s3cret/word@desk.example", "webhook+https://[s3cret/hook", "nonsense://s3cret@x"]
)
def test_no_error_repeats_an_address(tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, f"subscriptions:\n  - name: a\n    to: '{address}'\n")
    with caplog.at_level(0), pytest.raises(InvalidSubscriptions) as error:
        load_subscriptions(path, {})
    assert "s3cret" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("wish", "told", "wanted"),
    [
        ({}, {"kind": EventKind.DISAPPEARED}, False),
        ({"kinds": ["disappeared"]}, {"kind": EventKind.DISAPPEARED}, True),
        ({}, {"kind": EventKind.WITHDRAWN}, True),
        ({}, {"kind": EventKind.REAPPEARED, "was_withdrawn": False}, False),
        ({}, {"kind": EventKind.REAPPEARED, "was_withdrawn": True}, True),
        ({"kinds": ["reappeared"]}, {"kind": EventKind.REAPPEARED, "was_withdrawn": False}, True),
        ({"agencies": ["人力资源"]}, {}, True),
        ({"agencies": ["财政局", "a123"]}, {"agency_id": "a123"}, True),
        ({"agencies": ["财政局"]}, {}, False),
        ({"findings": ["APP-SUM"]}, {"findings": [{"code": "APP-SUM", "severity": "warning"}]}, True),
        ({"findings": ["error"]}, {"findings": [{"code": "APP-SUM", "severity": "warning"}]}, False),
        ({"findings": ["error"]}, {}, False),
        ({"jump": {"percent": 100}}, {"jumps": [{"id": "a.b", "last": 10, "now": 20}]}, True),
        ({"jump": {"percent": 101}}, {"jumps": [{"id": "a.b", "last": 10, "now": 20}]}, False),
        ({"jump": {"least": 11}}, {"jumps": [{"id": "a.b", "last": 10, "now": 20}]}, False),
        ({"jump": {}}, {"jumps": [{"id": "a.b", "last": 0, "now": 12}]}, True),
        ({"jump": {"cells": ["a."]}}, {"jumps": [{"id": "a.b", "last": 40, "now": 10}]}, True),
        ({"jump": {"cells": ["b."]}}, {"jumps": [{"id": "a.b", "last": 40, "now": 10}]}, False),
        ({"jump": {}}, {}, False),
    ],
)
def test_what_is_told_to_whom(wish: dict[str, Any], told: dict[str, Any], wanted: bool) -> None:
    assert subscription("webhook+http://x.example", **wish).wants(event(**told), "120000") is wanted


def test_only_webhooks_are_signed(tmp_path: Path) -> None:
    text = "subscriptions:\n  - name: a\n    to: {}\n    secret: ${{KEY}}\n"
    signed = load_subscriptions(write(tmp_path, text.format("webhook+https://x.example/")), {"KEY": "s3cret"})
    assert signed.subscriptions[0].secret is not None
    assert "s3cret" not in repr(signed)
    with pytest.raises(InvalidSubscriptions, match="only webhooks are signed"):
        load_subscriptions(write(tmp_path, text.format("mailtos://u:p@x.example")), {"KEY": "s3cret"})
    with pytest.raises(InvalidSubscriptions, match="line 4: the environment has no KEY"):
        load_subscriptions(write(tmp_path, text.format("webhook+https://x.example/")), {})


def test_what_a_subscription_wants() -> None:
    mail = subscription("webhook+http://x.example", kinds=["revised"], portals=["tianjin-rsj"], regions=["12"])
    revised = event(kind=EventKind.REVISED)
    assert mail.wants(revised, "120000")
    assert not mail.wants(revised, "310000")
    assert not mail.wants(revised, None)
    assert not mail.wants(event(), "120000")
    assert not mail.wants(event(kind=EventKind.REVISED, portal="shanghai"), "120000")
    dated = subscription("webhook+http://x.example", since=NOON.date())
    assert dated.wants(event(), None)
    assert not dated.wants(event(at=NOON - timedelta(days=1)), None)
