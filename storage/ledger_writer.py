"""Keeps what a crawl brings: each call returns only when its record, and the body that it names, are durable."""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, date
from types import TracebackType
from typing import NamedTuple

from model.canonical import sha256_hex
from model.capture import Capture, PortalVisit
from model.errors import DigestMismatch
from storage.ledger import LEDGER, WARC, Line, part_stem, place_key, write_lines
from storage.objects import ObjectStore, checked_segment
from storage.packing import Packed, pack
from storage.raw import GZIP, RawBodies
from storage.records import create_record

BATCH = 16  # records in a part at most
LINGER = 0.3  # seconds a record waits for company


class Waiting(NamedTuple):
    """A record on its way, the body to pack with it, and the answer that its caller waits for."""

    record: Capture | PortalVisit
    body: bytes | None
    done: "Future[None]"


class LedgerWriter:
    """`model.capture.CaptureSink` for one shard of one run; any number of threads may call it.

    Records are written in groups: a part is written when `batch` of them wait, or `linger` seconds after the first.
    A caller that is alone is not made to wait for company. When a part can't be written, each of its callers gets the
    error; nothing of it was acknowledged, and the next call tries anew.
    """

    def __init__(self, store: ObjectStore, run: str, shard: str, *, batch: int = BATCH, linger: float = LINGER) -> None:
        self._store = store
        self._run = checked_segment(run)
        self._shard = checked_segment(shard)
        self._batch = batch
        self._linger = linger
        self._raw = RawBodies(store)
        self._next_part: dict[date, int] = {}
        self._first_day = date.min
        self._waiting: list[Waiting] = []
        self._callers = 0
        self._crowded = 0  # records for which it still pays to wait for others
        self._closed = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._write_parts, name=f"ledger {run} {shard}", daemon=True)
        self._thread.start()

    def keep(self, capture: Capture, body: bytes | None) -> None:
        """Keep a capture and its payload; a payload that lies in `raw/` already need not come again.

        DigestMismatch when the payload is not the one that the capture names, or is named and nowhere to be found.
        """
        with self._counted():
            self._submit([(capture, self._to_pack(capture, body))])

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None:
        """Keep several at once, as `keep` does; they wait for nobody else. An error is that of all of them."""
        self._submit([(capture, self._to_pack(capture, body)) for capture, body in captures])

    def _to_pack(self, capture: Capture, body: bytes | None) -> bytes | None:
        """What of a body is still to be packed beside the ledger line; a document's lies in `raw/` after this."""
        ref = capture.body
        if ref is None and body is None:
            return None
        if ref is None or (body is not None and sha256_hex(body) != ref.sha256):
            raise DigestMismatch(
                f"capture {capture.id} of {capture.url}: the body is not the one that the capture names"
            )
        if body is None:
            if not (ref.store == "raw" and self._raw.has_raw(ref.sha256)):
                raise DigestMismatch(
                    f"capture {capture.id} of {capture.url}: the body that it names was not handed over"
                )
            return None
        if ref.store != "raw":
            return body
        self._raw.keep_raw(body)
        return None

    def visited(self, visit: PortalVisit) -> None:
        """Keep the closing line of a portal's visit."""
        with self._counted():
            self._submit([(visit, None)])

    def close(self) -> None:
        """Write what waits and end. Calls after it are refused."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._thread.join()

    def __enter__(self) -> "LedgerWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._change:
            self._crowded = self._batch if self._callers else self._crowded - 1
            self._callers += 1
        try:
            yield
        finally:
            with self._change:
                self._callers -= 1

    def _submit(self, records: Sequence[tuple[Capture | PortalVisit, bytes | None]]) -> None:
        """Wait until all are durable; raises the error of the first that could not be written."""
        group = [Waiting(record, body, Future()) for record, body in records]
        with self._change:
            if self._closed:
                raise RuntimeError(f"the ledger of run {self._run}, shard {self._shard} is closed")
            self._waiting += group
            self._change.notify_all()
        for waiting in group:
            waiting.done.result()

    def _write_parts(self) -> None:
        while group := self._next_group():
            try:
                self._write(group)
            except BaseException as error:  # noqa: BLE001  every caller must hear of it, whatever it is
                for waiting in group:
                    waiting.done.set_exception(error)
            else:
                for waiting in group:
                    waiting.done.set_result(None)

    def _next_group(self) -> list[Waiting]:
        with self._change:
            while not self._waiting and not self._closed:
                self._change.wait()
            deadline = time.monotonic() + (self._linger if self._crowded > 0 else 0.0)
            while 0 < len(self._waiting) < self._batch and not self._closed:
                if (left := deadline - time.monotonic()) <= 0:
                    break
                self._change.wait(left)
            group, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            return group

    def _write(self, group: list[Waiting]) -> None:
        day = self._day(group[0].record)
        packable = [(w.record, w.body) for w in group if isinstance(w.record, Capture) and w.body is not None]
        bodies = pack(packable) if packable else None
        while True:
            stem = part_stem(day, self._shard, self._run, self._next_part[day])
            # Counted up even when the writing fails: the store may have taken a part whose answer got lost.
            self._next_part[day] += 1
            if bodies and not self._store.create(stem + WARC, bodies.content, content_type=GZIP):
                continue
            lines = []
            for waiting in group:
                place = bodies.places.get(waiting.record.id) if bodies and isinstance(waiting.record, Capture) else None
                packed = Packed(warc=stem + WARC, offset=place[0], length=place[1]) if place else None
                lines.append(Line(waiting.record, packed))
            if self._store.create(stem + LEDGER, write_lines(lines), content_type=GZIP):
                return

    def _day(self, record: Capture | PortalVisit) -> date:
        """Day of the part, prepared for writing: a clock that jumps back must not reopen a day."""
        at = record.fetched_at if isinstance(record, Capture) else record.ended_at
        day = self._first_day = max(self._first_day, at.astimezone(UTC).date())
        if day not in self._next_part:
            create_record(self._store, place_key(self._run, day, self._shard), {})
            taken = [
                int(digits)
                for key in self._store.list(part_stem(day, self._shard, self._run, 0)[:-6])
                if (digits := key.rpartition("-")[2].partition(".")[0]).isdigit()
            ]
            self._next_part[day] = max(taken, default=0) + 1
        return day
