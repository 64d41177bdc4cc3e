"""Deliveries: each event at least once to each subscription that wants it, and never again once that is known.

Every attempt leaves a record before it is made, so that a crash can hide nothing. Nothing here waits: what fails is
tried again by a later call, when its time has come.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from model.capture import Record
from model.document import Event
from model.silence import is_silent
from storage.objects import ObjectStore

from .attempts import Attempt, DeliveryState, Outcome, event_day, next_try, read_states, record_attempt
from .letters import Letter, letters
from .senders import sender_for
from .sending import DeliveryFailed, DeliveryRefused, Reason, Sender
from .subscriptions import Subscription, Subscriptions

log = logging.getLogger(__name__)

HORIZON = timedelta(days=30)
# After so many failures in a row a receiver is left alone until the next call.
MOST_FAILURES = 3


class DeliverySummary(Record):
    """What one call came to, and where everything within the horizon stands after it."""

    sent: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()
    states: tuple[DeliveryState, ...] = ()


def deliver(
    store: ObjectStore,
    subscriptions: Subscriptions,
    events: Sequence[Event],
    now: datetime,
    *,
    senders: Callable[[Subscription], Sender] = sender_for,
    regions: Mapping[str, str] | None = None,
    horizon: timedelta = HORIZON,
    rng: Random | None = None,
    refused_too: bool = False,
) -> DeliverySummary:
    """Deliver what is due at `now`; `sent` and `failed` count the attempts of this call.

    `regions`: portal id → division code, for subscriptions by region. Events older than `horizon` are left alone.
    `refused_too`: also try what a receiver has refused, once a person has mended the cause.
    """
    states = delivery_states(store, subscriptions, events, now, regions=regions, horizon=horizon)
    known = {event.id: event for event in events}
    rng = rng or Random()
    final: list[DeliveryState] = []
    problems: list[str] = []
    sent = failed = 0
    for subscription in subscriptions.subscriptions:
        own = [state for state in states if state.subscription == subscription.name]
        postman = _Postman(store, subscription, senders(subscription), now, rng)
        after = {state.event: state for state in own}
        for letter in letters(subscription, [(known[s.event], s) for s in _due(own, now, refused_too)], known, now):
            if postman.left_alone:
                break
            after |= {state.event: state for state in postman.attempt(letter)}
        final += after.values()
        problems += postman.problems
        sent += postman.sent
        failed += postman.failed
    problems += _blind_spots(subscriptions, events, regions)
    return DeliverySummary(sent=sent, failed=failed, problems=tuple(problems), states=tuple(final))


def delivery_states(
    store: ObjectStore,
    subscriptions: Subscriptions,
    events: Sequence[Event],
    now: datetime,
    *,
    regions: Mapping[str, str] | None = None,
    horizon: timedelta = HORIZON,
) -> list[DeliveryState]:
    """Each event that is told × each subscription that wants it, by time of the event; one listing per event date."""
    regions = regions or {}
    told = {e.id: e for e in events if not is_silent(e) and e.at >= now - horizon}
    ordered = sorted(told.values(), key=lambda e: (e.at, e.id))
    wanted = [(e, s) for e in ordered for s in subscriptions.subscriptions if s.wants(e, _region(e, regions))]
    held: dict[tuple[str, str], DeliveryState] = {}
    for day in sorted({event_day(e) for e, _ in wanted}):
        held |= read_states(store, day)
    return [
        held.get((e.id, s.name)) or DeliveryState(event=e.id, subscription=s.name, state="waiting") for e, s in wanted
    ]


def _due(states: list[DeliveryState], now: datetime, refused_too: bool) -> list[DeliveryState]:
    """What is to be tried, new events first: one that always fails must not keep the others back."""
    # A receiver that asked for a pause means all messages, not only the one that it refused.
    if any(s.reason is Reason.THROTTLED and s.next_try_at is not None and s.next_try_at > now for s in states):
        return []
    due = [
        s
        for s in states
        if s.state in ("waiting", "not known")
        or (s.state == "failed" and (s.next_try_at <= now if s.next_try_at else refused_too))
    ]
    return sorted(due, key=lambda s: s.attempts)


class _Postman:
    """Goes to one subscription during one call."""

    def __init__(
        self, store: ObjectStore, subscription: Subscription, sender: Sender, now: datetime, rng: Random
    ) -> None:
        self._store = store
        self._subscription = subscription
        self._sender = sender
        self._now = now
        self._rng = rng
        self._in_a_row = 0
        self.left_alone = False
        self.problems: list[str] = []
        self.sent = self.failed = 0

    def attempt(self, letter: Letter) -> list[DeliveryState]:
        """Try once, with a record before and after for each of its events; the states that follow."""
        trying = Attempt(key=letter.key, scheme=self._subscription.scheme, at=self._now, digest=letter.digest)
        taken = [(e, s) for e, s in letter.events if self._record(e, s, "trying", trying)]
        if len(taken) < len(letter.events):
            return [state for _, state in letter.events]  # another process is at it
        try:
            self._sender.send(letter.delivery(self._now))
        except (DeliveryFailed, DeliveryRefused) as error:
            again = None
            if isinstance(error, DeliveryFailed):
                attempts = max(state.attempts for _, state in letter.events) + 1
                again = next_try(self._now, attempts, error.retry_after, self._rng)
            self._note(error, letter, again)
            outcome = trying.model_copy(update={"reason": error.reason, "next_try_at": again})
            return [self._after(e, s, "failed", outcome) for e, s in letter.events]
        self.sent += len(letter.events)
        self._in_a_row = 0
        return [self._after(e, s, "sent", trying) for e, s in letter.events]

    def _record(self, event: Event, state: DeliveryState, outcome: Outcome, attempt: Attempt) -> bool:
        return record_attempt(self._store, event, self._subscription.name, state.attempts + 1, outcome, attempt)

    def _after(
        self, event: Event, state: DeliveryState, outcome: Literal["sent", "failed"], made: Attempt
    ) -> DeliveryState:
        self._record(event, state, outcome, made)
        return DeliveryState(
            event=event.id,
            subscription=self._subscription.name,
            attempts=state.attempts + 1,
            state=outcome,
            reason=made.reason,
            next_try_at=made.next_try_at,
            digest=made.digest,
        )

    def _note(self, error: DeliveryFailed | DeliveryRefused, letter: Letter, again: datetime | None) -> None:
        self.failed += len(letter.events)
        self._in_a_row += 1
        self.left_alone = error.reason is Reason.THROTTLED or self._in_a_row >= MOST_FAILURES
        what = f"tried again at {again.astimezone(UTC):%H:%M:%S}Z" if again else "not tried again: a person must look"
        who = f"{self._subscription.name} ({self._subscription.scheme})"
        self.problems.append(f"alert {letter.about} to {who}: {error}; {what}")
        log.warning("delivery failed", extra={"subscription": self._subscription.name, "reason": error.reason.value})


def _region(event: Event, regions: Mapping[str, str]) -> str | None:
    """Division code of the event: its own if its details hold one, else that of its portal."""
    own = event.details.get("division_code")
    return own if isinstance(own, str) else regions.get(event.portal)


def _blind_spots(subscriptions: Subscriptions, events: Sequence[Event], regions: Mapping[str, str] | None) -> list[str]:
    """A filter by region that cannot be applied must not pass for 'nothing new'."""
    unknown = sorted({e.portal for e in events if not is_silent(e) and _region(e, regions or {}) is None})
    return [
        f"subscription {s.name} asks for regions, and that of portal {portal} is not known: its events were not sent"
        for s in subscriptions.subscriptions
        if s.regions
        for portal in unknown
        if not s.portals or portal in s.portals
    ]
