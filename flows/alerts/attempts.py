"""What the archive remembers of deliveries: `state/deliveries/<event date>/<event id>/<subscription>/<n>-….json`.

`<n>-trying` is written before the attempt, `<n>-sent` or `<n>-failed` after it, all of them once. An attempt without
an outcome is one of which nobody knows whether it arrived.
"""

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Literal

from pydantic import AwareDatetime

from model.capture import Record
from model.document import Event
from storage.objects import ObjectStore, checked_segment
from storage.records import create_record, read_record

from .sending import Reason

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)

State = Literal["waiting", "not known", "sent", "failed"]
Outcome = Literal["trying", "sent", "failed"]

# 2-failed.json
_RECORD = re.compile(r"(\d+)-(trying|sent|failed)\.json")


class Attempt(Record):
    """One record. `next_try_at` only when it failed and is to be tried again; `reason` only when it failed.

    `digest`: ids of the events that went in one message, when it was a digest.
    """

    schema_version: str = "1"
    key: str
    scheme: str
    at: AwareDatetime
    digest: tuple[str, ...] = ()
    reason: Reason | None = None
    next_try_at: AwareDatetime | None = None


class DeliveryState(Record):
    """Where one event stands with one subscription."""

    event: str
    subscription: str
    state: State
    attempts: int = 0
    reason: Reason | None = None
    next_try_at: AwareDatetime | None = None
    digest: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people: sent, not known, waiting, failed with what comes next."""
        if self.state != "failed":
            return self.state
        if self.next_try_at is None:
            return f"failed ({self.reason}), not tried again: a person must look"
        return f"failed ({self.reason}), next try at {self.next_try_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def idempotency_key(event_id: str, subscription: str) -> str:
    """The same for every attempt to deliver an event to a subscription; 32 hexadecimal digits."""
    return sha256(f"{event_id}\n{subscription}".encode()).hexdigest()[:32]


def event_day(event: Event) -> date:
    """The UTC date under which an event and its deliveries lie."""
    return event.at.astimezone(UTC).date()


def _prefix(event: Event, subscription: str) -> str:
    return f"state/deliveries/{event_day(event)}/{checked_segment(event.id)}/{checked_segment(subscription)}/"


def record_attempt(
    store: ObjectStore, event: Event, subscription: str, n: int, outcome: Outcome, attempt: Attempt
) -> bool:
    """Write a record; False when somebody else has taken that number."""
    return create_record(store, f"{_prefix(event, subscription)}{n}-{outcome}.json", attempt)


def read_states(store: ObjectStore, day: date) -> dict[tuple[str, str], DeliveryState]:
    """(event id, subscription) → state of all deliveries of events of a day: one listing; failures are read."""
    last: dict[tuple[str, str], tuple[int, set[str]]] = {}
    sent = set()
    for key in store.list(f"state/deliveries/{day}/"):
        *_, event, subscription, name = key.split("/")
        if (found := _RECORD.fullmatch(name)) is None:
            continue
        n, outcome = int(found[1]), found[2]
        if outcome == "sent":
            sent.add((event, subscription))
        held = last.get((event, subscription), (0, set()))
        if n > held[0]:
            last[event, subscription] = (n, {outcome})
        elif n == held[0]:
            held[1].add(outcome)

    states = {}
    for (event, subscription), (n, outcomes) in last.items():
        shape = {"event": event, "subscription": subscription, "attempts": n}
        if (event, subscription) in sent:
            state = DeliveryState(**shape, state="sent")
        else:
            name = "failed" if "failed" in outcomes else "trying"
            made = read_record(store, f"state/deliveries/{day}/{event}/{subscription}/{n}-{name}.json", Attempt)
            again = {"reason": made.reason, "next_try_at": made.next_try_at, "digest": made.digest}
            told: State = "failed" if name == "failed" else "not known"
            state = DeliveryState.model_validate({**shape, **again, "state": told})
        states[event, subscription] = state
    return states


def next_try(now: datetime, attempts: int, retry_after: timedelta | None, rng: Random) -> datetime:
    """Twice as long after each attempt, up to six hours, ±20 % so that receivers are not met all at once.

    Never before the receiver's own Retry-After.
    """
    pause = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE) * rng.uniform(0.8, 1.2)
    return now + max(pause, retry_after or timedelta(0))
