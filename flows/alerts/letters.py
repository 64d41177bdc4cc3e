"""What goes to a subscription in one message: one event, or the digest of a day or a week."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256

from model.clock import SHANGHAI
from model.document import Event
from model.event_messages import digest_of, message_of

from .attempts import DeliveryState, idempotency_key
from .sending import Delivery
from .subscriptions import Subscription

DIGEST_AT = time(8)
"""Hour of Asia/Shanghai after which the day's digest goes out; the week's goes on Mondays."""

Due = tuple[Event, DeliveryState]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `events` are those to take down as tried; `told` all that it tells, also what arrived already."""

    key: str
    events: tuple[Due, ...]
    told: tuple[Event, ...]
    digest: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """For a sentence about what went wrong."""
        if self.digest:
            return f"digest of {len(self.digest)} events"
        (event,) = self.told
        return f"{event.kind.value} of {event.subject}"

    def delivery(self, now: datetime) -> Delivery:
        """The message as it is sent."""
        message = digest_of(self.told) if self.digest else message_of(self.told[0])
        return Delivery(self.told, message, self.key, now, digest=bool(self.digest))


def letters(
    subscription: Subscription, due: Sequence[Due], known: Mapping[str, Event], now: datetime
) -> Iterator[Letter]:
    """The messages for what is due at a subscription, in its order.

    A digest that was tried before and may have arrived goes again as it was, under the same key; what came in since
    waits for the next one.
    """
    if subscription.digest is None:
        for event, state in due:
            yield Letter(idempotency_key(event.id, subscription.name), ((event, state),), (event,))
        return
    tried: dict[tuple[str, ...], list[Due]] = {}
    fresh: list[Due] = []
    for event, state in due:
        if state.digest:
            tried.setdefault(state.digest, []).append((event, state))
        elif event.at < last_closing(subscription, now):
            fresh.append((event, state))
    claimed = {event for ids in tried for event in ids}
    for ids, members in tried.items():
        # Of a digest whose records were cut short, those that have none belong to it all the same.
        members += [(event, state) for event, state in fresh if event.id in ids]
        told = tuple(known[one] for one in ids if one in known)
        yield Letter(digest_key(ids, subscription.name), tuple(members), told, ids)
    rest = [(event, state) for event, state in fresh if event.id not in claimed]
    if rest:
        ids = tuple(event.id for event, _ in rest)
        yield Letter(digest_key(ids, subscription.name), tuple(rest), tuple(event for event, _ in rest), ids)


def digest_key(events: Sequence[str], subscription: str) -> str:
    """The same for the same events; 32 hexadecimal digits."""
    return sha256("\n".join([*events, subscription]).encode()).hexdigest()[:32]


def last_closing(subscription: Subscription, now: datetime) -> datetime:
    """The moment at which the last day or week ended, for a digest: what happened since waits for the next."""
    there = now.astimezone(SHANGHAI)
    closing = datetime.combine(there.date(), DIGEST_AT, SHANGHAI)
    if closing > there:
        closing -= timedelta(days=1)
    if subscription.digest == "weekly":
        closing -= timedelta(days=closing.weekday())
    return closing
