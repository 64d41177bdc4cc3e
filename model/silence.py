"""Which events are told to nobody."""

from model.document import Event
from model.vocabulary import EventKind


def is_silent(event: Event) -> bool:
    """A first crawl of a portal is its baseline and alerts nobody: in no feed, no message."""
    return event.kind is EventKind.COLLECTED or event.details.get("baseline") is True
