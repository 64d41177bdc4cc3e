"""What every way of sending has in common: what is sent, and the two ways in which it can fail."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Protocol

from model.document import Event
from model.errors import NeedsReview, Temporary
from model.event_messages import Message

LONGEST_WAIT = timedelta(hours=24)
# Request timeout, too early, too many requests: the 4xx that pass by themselves.
_PASSING = (408, 425, 429)


class Reason(StrEnum):
    """Kinds of failure, as delivery records hold them. Never a text of the other side: it may repeat our secrets."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    UNCLEAR = "unclear"


class DeliveryFailed(Temporary):
    """The receiver could not be reached or asked us to wait; tried again with back-off."""

    def __init__(self, message: str, reason: Reason, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class DeliveryRefused(NeedsReview):
    """The receiver said no; trying again will not help until a person has looked."""

    def __init__(self, message: str, reason: Reason = Reason.REFUSED) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event, or a digest of several, on its way to one subscription.

    `key` is the same however often it is tried.
    """

    events: tuple[Event, ...]
    message: Message
    key: str
    now: datetime
    digest: bool = False

    @property
    def body(self) -> str:
        """The text for receivers without headers: the key stands in the last line."""
        return f"{self.message.text}\n\ngongkai · {self.key}"


class Sender(Protocol):
    """Returns when the receiver has confirmed; raises DeliveryFailed or DeliveryRefused else."""

    def send(self, delivery: Delivery) -> None: ...


def judge_status(status: int, retry_after: str | None, now: datetime) -> None:
    """Nothing for 2xx; DeliveryFailed or DeliveryRefused for the rest."""
    if 200 <= status < 300:
        return
    if status in _PASSING or status >= 500:
        reason = Reason.SERVER_ERROR if status >= 500 else Reason.THROTTLED
        wait = parse_retry_after(retry_after, now)
        raise DeliveryFailed(f"answered {status}", reason, wait)
    if 300 <= status < 400:
        raise DeliveryRefused(f"answered {status}, and redirects are not followed", Reason.REDIRECTED)
    raise DeliveryRefused(f"answered {status}")


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110, section 10.2.3: seconds or a date) asks us to wait, a day at most."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=min(int(value[:9]), 10**8)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)
