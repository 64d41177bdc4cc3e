"""The outbox: at least once, never again once it is known, whatever fails in between."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.alerts import Subscription, Subscriptions, deliver, delivery_states
from flows.alerts.attempts import next_try
from flows.alerts.sending import Delivery, DeliveryFailed, DeliveryRefused, Reason
from model.document import Event
from model.vocabulary import EventKind
from storage.local_folder import LocalFolder
from tests.alert_receiver import NOON, Answer, Receiver, event, receiving, subscription

HOUR = timedelta(hours=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "archive", fsync=False)


class Killed(BaseException):
    """The process ends here."""


class Scripted:
    """A receiver without a network: what each call does, in order, then success. Keeps what reached it."""

    def __init__(self, *script: BaseException | str) -> None:
        self.script = list(script)
        self.reached: list[Delivery] = []

    def __call__(self, _: Subscription) -> "Scripted":
        return self

    def send(self, delivery: Delivery) -> None:
        step = self.script.pop(0) if self.script else "sent"
        if step in ("sent", "killed after"):
            self.reached.append(delivery)
        if step in ("killed before", "killed after"):
            raise Killed
        if isinstance(step, BaseException):
            raise step


def one(to: str = "webhook+http://desk.example/", **rest: object) -> Subscriptions:
    return Subscriptions(subscriptions=(subscription(to, **rest),))


def records(store: LocalFolder) -> list[str]:
    return [key.removeprefix("state/deliveries/") for key in store.list("state/deliveries/")]


def test_an_event_arrives_once_with_its_key_and_its_records(store: LocalFolder, receiver: Receiver) -> None:
    happened = event()
    first = deliver(store, one(receiver.webhook), [happened], NOON)
    second = deliver(store, one(receiver.webhook), [happened], NOON + HOUR)
    assert (first.sent, first.failed, second.sent, second.failed) == (1, 0, 0, 0)
    (got,) = receiver.got
    assert got.path == "/hook"
    assert got.json["schema_version"] == "1"
    assert Event.model_validate(got.json["event"]) == happened
    assert got.json["text"].startswith("天津市人力资源和社会保障局发布了2022年")
    assert got.headers["idempotency-key"] == sha256(f"{happened.id}\nnewsdesk".encode()).hexdigest()[:32]
    assert got.headers["content-type"] == "application/json"
    where = f"2026-03-10/{happened.id}/newsdesk"
    assert records(store) == [f"{where}/1-sent.json", f"{where}/1-trying.json"]
    assert [s.text for s in second.states] == ["sent"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(500), Reason.SERVER_ERROR),
        (Answer(503), Reason.SERVER_ERROR),
        (Answer(429), Reason.THROTTLED),
        (Answer(how="reset"), Reason.CONNECTION),
    ],
)
def test_what_may_pass_is_tried_again_with_the_same_key(
    store: LocalFolder, receiver: Receiver, answer: Answer, reason: Reason
) -> None:
    receiver.script = [answer]
    first = deliver(store, one(receiver.webhook), [event()], NOON, rng=Random(1))
    (state,) = first.states
    assert (state.state, state.reason) == ("failed", reason)
    assert state.next_try_at is not None
    assert timedelta(seconds=48) <= state.next_try_at - NOON <= timedelta(seconds=72)
    assert state.text == f"failed ({reason.value}), next try at {state.next_try_at:%Y-%m-%d %H:%M:%S}Z"

    deliver(store, one(receiver.webhook), [event()], state.next_try_at - timedelta(seconds=1))
    assert len(receiver.got) == 1
    later = deliver(store, one(receiver.webhook), [event()], state.next_try_at)
    assert later.sent == 1
    assert len(receiver.got) == 2
    assert receiver.keys[0] == receiver.keys[1]


def test_a_refused_connection_is_tried_again(store: LocalFolder) -> None:
    with receiving() as gone:
        to = gone.webhook
    (state,) = deliver(store, one(to), [event()], NOON).states
    assert (state.state, state.reason) == ("failed", Reason.CONNECTION)
    assert state.next_try_at is not None


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [("1800", timedelta(minutes=30)), ("Tue, 10 Mar 2026 14:00:00 GMT", 2 * HOUR), ("9999999", 24 * HOUR)],
)
def test_retry_after_holds_all_messages_back(
    store: LocalFolder, receiver: Receiver, retry_after: str, wait: timedelta
) -> None:
    receiver.script = [Answer(429, {"Retry-After": retry_after})]
    events = [event(f"reports/r{i}/1.json") for i in range(3)]
    summary = deliver(store, one(receiver.webhook), events, NOON)
    assert len(receiver.got) == 1
    assert sorted(s.text for s in summary.states) == [
        f"failed (throttled), next try at {NOON + wait:%Y-%m-%d %H:%M:%S}Z",
        "waiting",
        "waiting",
    ]
    deliver(store, one(receiver.webhook), events, NOON + wait - timedelta(seconds=1))
    assert len(receiver.got) == 1
    assert deliver(store, one(receiver.webhook), events, NOON + wait).sent == 3


@pytest.mark.parametrize(("status", "reason"), [(400, "refused"), (404, "refused"), (302, "redirected")])
def test_a_refusal_is_left_to_a_person(store: LocalFolder, receiver: Receiver, status: int, reason: str) -> None:
    receiver.script = [Answer(status, {"Location": "/elsewhere"})]
    first = deliver(store, one(receiver.webhook), [event()], NOON)
    assert [s.text for s in first.states] == [f"failed ({reason}), not tried again: a person must look"]
    (problem,) = first.problems
    assert problem.startswith(f"alert published of r1 to newsdesk (webhook+http): answered {status}")
    assert problem.endswith("a person must look")
    assert deliver(store, one(receiver.webhook), [event()], NOON + 400 * HOUR).states == first.states
    assert len(receiver.got) == 1
    assert deliver(store, one(receiver.webhook), [event()], NOON + HOUR, refused_too=True).sent == 1


@pytest.mark.parametrize("when", ["killed before", "killed after"])
def test_a_kill_between_trying_and_outcome_is_not_known_and_tried_again(store: LocalFolder, when: str) -> None:
    sender = Scripted(when)
    with pytest.raises(Killed):
        deliver(store, one(), [event()], NOON, senders=sender)
    (state,) = delivery_states(store, one(), [event()], NOON)
    assert (state.text, state.attempts) == ("not known", 1)
    assert deliver(store, one(), [event()], NOON, senders=sender).sent == 1
    keys = {d.key for d in sender.reached}
    assert len(keys) == 1
    assert len(sender.reached) == (2 if when == "killed after" else 1)
    assert [r.rpartition("/")[2] for r in records(store)] == ["1-trying.json", "2-sent.json", "2-trying.json"]


def test_silent_and_old_events_are_not_delivered(store: LocalFolder) -> None:
    sender = Scripted()
    silent = [event(kind=EventKind.COLLECTED), event(kind=EventKind.REVISED, baseline=True)]
    old = event("reports/old/1.json", at=NOON - timedelta(days=31))
    summary = deliver(store, one(), [*silent, old], NOON, senders=sender)
    assert (summary.sent, summary.states, sender.reached) == (0, (), [])
    assert records(store) == []


def test_each_subscription_has_its_own_state(store: LocalFolder) -> None:
    both = Subscriptions(
        subscriptions=(
            subscription("webhook+http://a.example", "a"),
            subscription("webhook+http://b.example", "b", kinds=["revised"]),
        )
    )
    sender = Scripted(DeliveryRefused("no"))
    events = [event(), event(kind=EventKind.REVISED)]
    summary = deliver(store, both, events, NOON, senders=sender)
    assert [(s.subscription, s.state) for s in summary.states] == [("a", "failed"), ("a", "sent"), ("b", "sent")]
    keys = [d.key for d in sender.reached]
    assert len(set(keys)) == 2


def test_regions_come_from_the_caller_and_a_blind_filter_is_told(store: LocalFolder) -> None:
    tianjin, shanghai = event(), event("reports/s/1.json", portal="shanghai")
    wanting = one(regions=["12"])
    sender = Scripted()
    summary = deliver(store, wanting, [tianjin, shanghai], NOON, senders=sender, regions={"tianjin-rsj": "120000"})
    assert [d.events[0].portal for d in sender.reached] == ["tianjin-rsj"]
    assert summary.problems == (
        "subscription newsdesk asks for regions, and that of portal shanghai is not known: its events were not sent",
    )


def test_a_dead_receiver_is_left_alone_after_three_failures(store: LocalFolder) -> None:
    sender = Scripted(*[DeliveryFailed("down", Reason.CONNECTION)] * 9)
    events = [event(f"reports/r{i}/1.json") for i in range(8)]
    summary = deliver(store, one(), events, NOON, senders=sender)
    assert summary.failed == 3
    assert [s.state for s in summary.states].count("waiting") == 5


def test_one_event_that_always_fails_keeps_no_other_back(store: LocalFolder) -> None:
    class Poisoned(Scripted):
        def send(self, delivery: Delivery) -> None:
            if delivery.events[0].cause == "reports/r0/1.json":
                raise DeliveryFailed("answered 500", Reason.SERVER_ERROR)
            super().send(delivery)

    sender = Poisoned()
    events = [event(f"reports/r{i}/1.json") for i in range(4)]
    for hour in range(5):
        deliver(store, one(), events, NOON + hour * HOUR, senders=sender)
    assert sorted(d.events[0].cause for d in sender.reached) == [f"reports/r{i}/1.json" for i in (1, 2, 3)]


def test_one_listing_for_each_event_date_and_no_look_at_older_ones(store: LocalFolder) -> None:
    asked: list[str] = []

    class Counting(LocalFolder):
        def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
            asked.append(prefix)
            return super().list(prefix, start_after)

    events = [event(f"reports/r{i}/1.json", at=NOON - timedelta(days=i % 3)) for i in range(9)]
    old = [event(f"reports/o{i}/1.json", at=NOON - timedelta(days=40 + i)) for i in range(9)]
    deliver(Counting(store.root, fsync=False), one(), [*events, *old], NOON, senders=Scripted())
    assert asked == [f"state/deliveries/2026-03-{day:02d}/" for day in (8, 9, 10)]


def test_pauses_double_up_to_six_hours_and_never_undercut_retry_after() -> None:
    rng = Random(3)
    for attempts, minutes in [(1, 1), (2, 2), (5, 16), (9, 256), (12, 360), (500, 360)]:
        pause = next_try(NOON, attempts, None, rng) - NOON
        assert 0.8 * minutes * 60 <= pause.total_seconds() <= 1.2 * minutes * 60
    assert next_try(NOON, 1, 3 * HOUR, rng) == NOON + 3 * HOUR


def test_two_processes_at_once_do_not_share_an_attempt(store: LocalFolder) -> None:
    class Overtaken(Scripted):
        """Another process begins while this one is about to."""

        def __call__(self, subscription: Subscription) -> Scripted:
            other = Scripted()
            deliver(store, one(), [event()], NOON, senders=other)
            self.other = other
            return super().__call__(subscription)

    sender = Overtaken()
    summary = deliver(store, one(), [event()], NOON, senders=sender)
    assert (summary.sent, len(sender.reached), len(sender.other.reached)) == (0, 0, 1)


STEPS = st.sampled_from(["sent", "killed before", "killed after", "failed", "throttled"])


@settings(max_examples=60)
@given(script=st.lists(STEPS, max_size=14), count=st.integers(1, 4), seed=st.integers(0, 9))
def test_whatever_fails_each_event_arrives_and_never_after_sent(
    tmp_path_factory: pytest.TempPathFactory, script: list[str], count: int, seed: int
) -> None:
    store = LocalFolder(tmp_path_factory.mktemp("archive"), fsync=False)
    failures = {
        "failed": DeliveryFailed("down", Reason.CONNECTION),
        "throttled": DeliveryFailed("slow down", Reason.THROTTLED, HOUR),
    }
    sender = Scripted(*[failures.get(step, step) for step in script])
    events = [event(f"reports/r{i}/1.json") for i in range(count)]
    rng = Random(seed)
    known: set[str] = set()
    now = NOON
    for _ in range(len(script) + 2):
        before = len(sender.reached)
        with suppress(Killed):
            deliver(store, one(), events, now, senders=sender, rng=rng)
        assert known.isdisjoint(d.events[0].id for d in sender.reached[before:])
        known = {s.event for s in delivery_states(store, one(), events, now) if s.state == "sent"}
        now += 8 * HOUR
    assert known == {e.id for e in events}
    assert {d.events[0].id for d in sender.reached} == known
    assert len({d.key for d in sender.reached}) == count
    assert len(sender.reached) == count + script.count("killed after") - sender.script.count("killed after")
