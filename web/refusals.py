"""Errors as answers: which status each has, and nothing of the machine in its words."""

from model.errors import (
    BadQuery,
    DigestMismatch,
    GongkaiError,
    ObjectMissing,
    Restricted,
    Temporary,
    UndecodablePayload,
)

STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (Restricted, 451),
    (ObjectMissing, 404),
    (BadQuery, 400),
    (Temporary, 503),
    (UndecodablePayload, 500),
    (DigestMismatch, 500),
)


class Refused(Exception):
    """A request that is answered with a status and a sentence. `retry`: seconds after which it may be tried again."""

    def __init__(self, status: int, message: str, retry: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry = status, message, retry


def status_of(error: GongkaiError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def message_of(error: GongkaiError) -> str:
    """What a reader may know. Where the archive lies is nobody's business, so faults of storage are told in general."""
    if isinstance(error, (Restricted, BadQuery)):
        return str(error)
    if isinstance(error, ObjectMissing):
        return str(error) if "has no object" not in str(error) else "The archive does not hold this"
    if isinstance(error, Temporary):
        return "The archive can't be read at the moment; try again in a minute"
    return "An object of the archive is damaged; its operator has to look"
