"""Why a document gives no page: honest states instead of invented cells."""

from model.errors import NeedsReview


class CannotRead(NeedsReview):
    """A part that no reader can read here. `reason`: a code for `reasons` of the report; the message says it in words.

    `passing`: another machine, or this one on another day, may read it (a program is missing, time ran out), so the
    answer is no function of the bytes and is not kept.
    """

    def __init__(self, reason: str, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.passing = passing

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (type(self), self.reason, str(self), self.passing))


class NeedsOcr(CannotRead):
    """A picture of a document: scans and images, as long as nobody reads them."""


def _again(kind: type[CannotRead], reason: str, message: str, passing: bool) -> CannotRead:
    return kind(reason, message, passing=passing)
