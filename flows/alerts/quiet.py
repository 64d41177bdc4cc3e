"""Sending without secrets in the logs and without an end that never comes."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from .sending import DeliveryFailed, Reason

Answer = TypeVar("Answer")

# They log addresses with their tokens: httpx at INFO, urllib3 and Apprise at DEBUG, some plugins at WARNING.
TALKATIVE = ("apprise", "httpx", "urllib3.connectionpool")


class _Withheld(logging.Filter):
    """Keeps to itself what one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.lines: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        self.lines.append(record.getMessage())
        return False


@contextmanager
def no_secrets_in_logs() -> Iterator[list[str]]:
    """Withhold what those libraries log in this thread; the lines are for the caller's eyes only."""
    withheld = _Withheld()
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    for logger in loggers:
        logger.addFilter(withheld)
    try:
        yield withheld.lines
    finally:
        for logger in loggers:
            logger.removeFilter(withheld)


def within(limit: timedelta, call: Callable[[], Answer]) -> Answer:
    """What `call` returns or raises; DeliveryFailed (timeout) when that takes longer than the limit.

    The time-outs of sockets begin anew with every byte, so that a server which drips can hold a caller for ever. The
    thread is a daemon and is left to itself then: it may still deliver, which the idempotency key makes harmless.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, name="gongkai-delivery", daemon=True)
    thread.start()
    thread.join(limit.total_seconds())
    if thread.is_alive():
        raise DeliveryFailed(f"no answer within {limit.total_seconds():g} seconds", Reason.TIMEOUT)
    if errors:
        raise errors[0]
    return answers[0]
