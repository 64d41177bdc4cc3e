"""Digests: one message for a day or a week, each event in one of them, none in two."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.alerts import Subscriptions, deliver
from flows.alerts.letters import last_closing
from flows.alerts.sending import DeliveryFailed, DeliveryRefused, Reason
from model.clock import SHANGHAI
from model.document import Event
from storage.local_folder import LocalFolder
from tests.alert_receiver import NOON, event, receiving, subscription
from tests.test_alert_outbox import Killed, Scripted

HOUR = timedelta(hours=1)


def daily(to: str = "webhook+http://desk.example/", digest: str = "daily") -> Subscriptions:
    return Subscriptions(subscriptions=(subscription(to, digest=digest),))


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "archive", fsync=False)


def events(count: int, begin: int = 0) -> list[Event]:
    return [event(f"reports/r{n}/1.json", at=NOON + n * HOUR) for n in range(begin, begin + count)]


def ids(sender: Scripted) -> list[list[str]]:
    return [[told.cause.split("/")[1] for told in delivery.events] for delivery in sender.reached]


@pytest.mark.parametrize(
    ("digest", "now", "closing"),
    [
        ("daily", "2026-03-11T07:59+08:00", "2026-03-10T08:00+08:00"),
        ("daily", "2026-03-11T08:00+08:00", "2026-03-11T08:00+08:00"),
        ("weekly", "2026-03-11T09:00+08:00", "2026-03-09T08:00+08:00"),  # a Wednesday, and its Monday
        ("weekly", "2026-03-09T07:00+08:00", "2026-03-02T08:00+08:00"),
    ],
)
def test_when_a_day_and_a_week_close(digest: str, now: str, closing: str) -> None:
    one = daily(digest=digest).subscriptions[0]
    moment = NOON.fromisoformat(now)
    assert last_closing(one, moment) == NOON.fromisoformat(closing)
    assert last_closing(one, moment).tzinfo is SHANGHAI


def test_a_day_in_one_message(store: LocalFolder) -> None:
    sender = Scripted()
    told = events(30)  # from 20:00 in China on; the day closes at 08:00, twelve hours later
    for hours in range(40):
        deliver(store, daily(), told, NOON + hours * HOUR, senders=sender)
    assert ids(sender) == [[f"r{n}" for n in range(12)], [f"r{n}" for n in range(12, 30)]]
    assert len({delivery.key for delivery in sender.reached}) == 2


def test_what_a_webhook_gets(store: LocalFolder) -> None:
    with receiving() as receiver:
        summary = deliver(store, daily(receiver.webhook), events(3), NOON + 13 * HOUR)
    (got,) = receiver.got
    assert [told["cause"] for told in got.json["events"]] == [f"reports/r{n}/1.json" for n in range(3)]
    assert "event" not in got.json
    assert got.json["title"].startswith("【公开动态】2026-03-10")
    assert (summary.sent, {state.state for state in summary.states}) == (3, {"sent"})


def test_a_digest_whose_outcome_was_lost_goes_again_as_it_was(store: LocalFolder) -> None:
    sender = Scripted("killed after", "sent")
    with pytest.raises(Killed):
        deliver(store, daily(), events(3), NOON + 13 * HOUR, senders=sender)
    deliver(store, daily(), events(20), NOON + 37 * HOUR, senders=sender)
    assert ids(sender) == [["r0", "r1", "r2"], ["r0", "r1", "r2"], [f"r{n}" for n in range(3, 20)]]
    first, again, new = (delivery.key for delivery in sender.reached)
    assert first == again != new


STEPS = st.sampled_from(["sent", "killed before", "killed after", "failed", "refused"])


@settings(max_examples=60)
@given(script=st.lists(STEPS, max_size=10), count=st.integers(1, 30), seed=st.integers(0, 9))
def test_whatever_fails_each_event_arrives_in_one_digest(
    tmp_path_factory: pytest.TempPathFactory, script: list[Any], count: int, seed: int
) -> None:
    store = LocalFolder(tmp_path_factory.mktemp("archive"), fsync=False)
    faults = {"failed": DeliveryFailed("answered 500", Reason.SERVER_ERROR), "refused": DeliveryRefused("answered 400")}
    sender = Scripted(*(faults.get(step, step) for step in script))
    for hours in range(0, 24 * 12, 7):
        told = [one for one in events(count) if one.at <= NOON + hours * HOUR]
        try:
            deliver(store, daily(), told, NOON + hours * HOUR, senders=sender, rng=Random(seed), refused_too=True)
        except Killed:
            continue
    by_event: dict[str, set[str]] = {}
    for delivery in sender.reached:
        for one in delivery.events:
            by_event.setdefault(one.id, set()).add(delivery.key)
    assert set(by_event) == {one.id for one in events(count)}
    # A receiver that drops a key it knows has each event once.
    assert {len(keys) for keys in by_event.values()} == {1}
