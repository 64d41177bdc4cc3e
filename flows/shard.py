"""The crawl process: `python -m flows.shard`, a child of the flow, one for each shard.

It reads its orders as one line of JSON on standard input, keeps every capture in the archive itself, and tells of its
progress in lines of JSON on standard output. When standard input ends, its parent is gone, and so it goes.
"""

import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ConfigDict

from model.capture import CrawlJob
from model.clock import clock_ahead, utc_now
from model.errors import GongkaiError, group_of
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.settings import StorageSettings

from . import json_logs


class ShardOrder(BaseModel):
    """What the parent hands over."""

    model_config = ConfigDict(extra="forbid")

    job: CrawlJob
    store: str
    storage: StorageSettings
    browser: Path | None = None
    clock_ahead: float = 0
    """Seconds by which the run's clock is ahead of the machine's: a played one dates captures as the run does."""


class Voice:
    """Writes progress lines; several threads may speak."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def say(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._out.flush()


def _die_with_parent() -> None:
    def wait() -> None:
        # Read below Python's buffer, whose lock a thread must not hold when the interpreter ends.
        while os.read(sys.stdin.fileno(), 1):
            pass
        # Nothing to tidy: whatever was acknowledged is durable, and nobody is left to hear of the rest.
        os._exit(70)

    threading.Thread(target=wait, daemon=True, name="parent watch").start()


def main() -> int:
    """Exit code 0 when the crawl ran to its end, 1 when it could not; the last line says which."""
    # Logs go to standard error: standard output belongs to the progress lines. The level is the handler's, since
    # Scrapy opens the root logger wide.
    logging.basicConfig(stream=sys.stderr)
    logging.getLogger().handlers[0].setLevel(os.environ.get("GONGKAI_CRAWL_LOG", "WARNING"))
    # The flow knows this module for its orders; Scrapy takes a second to import, and only the child crawls.
    from spiders.process import run_crawl

    voice = Voice(sys.stdout)
    order = ShardOrder.model_validate_json(sys.stdin.buffer.readline())
    if json_logs.wanted():
        json_logs.run_id.set(order.job.run)
        logging.getLogger().handlers[0].setFormatter(json_logs.JsonLines())
    _die_with_parent()
    try:
        store = open_store(order.store, settings=order.storage)
        archive = Archive(store)
        with LedgerWriter(store, order.job.run, order.job.shard) as sink:
            run_crawl(
                order.job,
                sink,
                on_progress=voice.say,
                browser=order.browser,
                list_body=archive.list_body,
                now=clock_ahead(order.clock_ahead) if order.clock_ahead else utc_now,
            )
    except GongkaiError as error:
        voice.say({"type": "error", "group": group_of(error), "kind": type(error).__name__, "message": str(error)})
        return 1
    voice.say({"type": "done"})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
