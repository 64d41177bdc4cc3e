"""Records on their way into the archive, several at a time where many come.

Who keeps a record waits until it is durable, and a group costs hardly more waiting and work than one record does.
"""

import asyncio
from dataclasses import dataclass

from model.capture import Capture, CaptureSink, PortalVisit

GROUP = 16
"""Records handed over at once at most."""
LINGER = 0.1
"""Seconds a record waits for company where others are on their way too."""
CROWD = 4
"""So many others on their way promise company."""
HANDS = 16
"""Groups on their way at once: a bucket takes its time for each object."""


class SinkFailed(Exception):
    """The archive did not take a record; its own error is the cause."""


@dataclass
class Waiting:
    """A capture, the payload to keep with it, and what its fetcher waits for."""

    capture: Capture
    payload: bytes | None
    kept: "asyncio.Future[None]"


class Keeper:
    """The one way of a crawl's records to `sink`; lives in an event loop."""

    def __init__(self, sink: CaptureSink) -> None:
        self._sink = sink
        self._waiting: list[Waiting] = []
        self._under_way = 0
        self._timer: asyncio.TimerHandle | None = None
        self._hands = asyncio.Semaphore(HANDS)
        self._groups: set[asyncio.Task[None]] = set()

    async def keep(self, capture: Capture, payload: bytes | None) -> None:
        """Returns when the record and its payload are durable. Raises SinkFailed."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(capture, payload, loop.create_future())
        self._waiting.append(waiting)
        self._under_way += 1
        try:
            if len(self._waiting) >= GROUP or self._under_way <= CROWD:
                self._hand_over()
            elif self._timer is None:
                self._timer = loop.call_later(LINGER, self._hand_over)
            await waiting.kept
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise SinkFailed(f"{capture.requested_url} was fetched and could not be kept") from error
        finally:
            self._under_way -= 1

    async def visited(self, visit: PortalVisit) -> None:
        """Returns when the closing line of a visit is durable. Raises SinkFailed."""
        try:
            await asyncio.to_thread(self._sink.visited, visit)
        except Exception as error:
            raise SinkFailed(f"the closing line of {visit.portal} could not be kept") from error

    def _hand_over(self) -> None:
        """Send all that wait on their way, in one group."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group, self._waiting = self._waiting, []
        if group:
            task = asyncio.ensure_future(self._carry(group))
            self._groups.add(task)  # a task that nobody holds may be lost
            task.add_done_callback(self._groups.discard)

    async def _carry(self, group: list[Waiting]) -> None:
        failure: Exception | None = None
        try:
            async with self._hands:
                await asyncio.to_thread(self._sink.keep_all, [(w.capture, w.payload) for w in group])
        except Exception as error:  # noqa: BLE001 -- told to each that waits
            failure = error
        for waiting in group:
            if waiting.kept.done():  # its fetcher was told to stop
                continue
            if failure is None:
                waiting.kept.set_result(None)
            else:
                waiting.kept.set_exception(failure)
