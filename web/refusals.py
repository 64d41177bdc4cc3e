"""Errors as answers: which status each has, and nothing of the machine in its words."""

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

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


Told = Callable[[Request, int, str, Mapping[str, str]], Response]
"""Makes the answer: a page, JSON or plain text, of a status, a sentence for people and headers."""


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


def answer_errors(app: FastAPI, told: Told, *, invalid: int = 400) -> None:
    """Whatever goes wrong in an application, as its own kind of answer.

    `invalid`: the status for a parameter that is not as described.
    """

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        later = {"retry-after": str(int(error.retry) + 1)} if error.retry else {}
        return told(request, error.status, error.message, later)

    @app.exception_handler(GongkaiError)
    async def known(request: Request, error: GongkaiError) -> Response:
        return told(request, status_of(error), message_of(error), {})

    @app.exception_handler(RequestValidationError)
    async def not_as_described(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return told(request, invalid, f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}", {})

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return told(request, error.status_code, str(error.detail), error.headers or {})
