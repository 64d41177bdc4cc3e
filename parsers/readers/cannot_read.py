"""Why a document gives no page: honest states instead of invented cells."""

from model.errors import NeedsReview

# Another machine, or this one on another day, may read it: a program is missing, time ran out, memory was short. Such
# an answer is no function of the bytes, and is not kept.
PASSING = frozenset({"needs_libreoffice", "reader_timed_out", "reader_killed", "ocr_failed"})


class CannotRead(NeedsReview):
    """A part that no reader can read here. `reason`: a code for `reasons` of the report; the message has the words."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def passing(self) -> bool:
        """May the next try come to something else?"""
        return self.reason in PASSING

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (type(self), self.reason, str(self)))


class NeedsOcr(CannotRead):
    """A picture of a document: scans and images, as long as nobody reads them."""


def _again(kind: type[CannotRead], reason: str, message: str) -> CannotRead:
    return kind(reason, message)
