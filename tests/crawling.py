"""Runs one crawl in a process of its own, with a sink that is a folder: Scrapy starts once in a process."""

import json
import multiprocessing
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.capture import Capture, CrawlJob, KnownDocument, KnownPart, PortalVisit
from model.portal import Portal

TIMEOUT = 150


class FolderSink:
    """Writes each record as a line and each payload as a file; refuses from the n-th capture on when told to."""

    def __init__(self, folder: Path, refuse_from: int | None) -> None:
        self.folder, self.refuse_from, self.lock, self.kept = folder, refuse_from, threading.Lock(), 0

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None:
        for capture, body in captures:
            self.keep(capture, body)

    def keep(self, capture: Capture, body: bytes | None) -> None:
        with self.lock:
            self.kept += 1
            if self.refuse_from and self.kept >= self.refuse_from:
                raise OSError("the disk is full")
            if body is not None:
                (self.folder / capture.id).write_bytes(body)
            with (self.folder / "captures").open("a") as lines:
                lines.write(capture.model_dump_json() + "\n")

    def visited(self, visit: PortalVisit) -> None:
        with self.lock, (self.folder / "visits").open("a") as lines:
            lines.write(visit.model_dump_json() + "\n")


@dataclass(frozen=True)
class Crawled:
    """What a crawl left behind."""

    folder: Path
    error: str | None
    captures: list[Capture]
    visits: list[PortalVisit]
    progress: list[dict[str, Any]]

    @property
    def visit(self) -> PortalVisit:
        assert len(self.visits) == 1, self.error
        return self.visits[0]

    def body(self, capture: Capture) -> bytes:
        return (self.folder / capture.id).read_bytes()

    def of(self, path: str) -> Capture:
        """The one capture whose address ends so."""
        found = [c for c in self.captures if c.requested_url.endswith(path)]
        assert len(found) == 1, [c.requested_url for c in self.captures]
        return found[0]

    def states(self, *kinds: str) -> dict[str, str]:
        """Path to state, of the captures of these kinds."""
        return {c.requested_url.split("/", 3)[3]: c.state.value for c in self.captures if c.kind in kinds}


def portal(site: str, start: str = "/zfxxgknb/", **settings: Any) -> Portal:
    """A quick portal on a site of the tests."""
    polite = {"delay": 0, "attachment_delay": 0, "jitter": 0} | settings.pop("politeness", {})
    given = {"id": "qinghe", "title": "青禾市年报", "region": "999900", "start_urls": [f"http://{site}{start}"]}
    return Portal.model_validate(given | {"politeness": polite} | settings)


def job(*portals: Portal, **settings: Any) -> CrawlJob:
    return CrawlJob(run="run-1", shard="shard-1", portals=portals, **settings)


def known(*urls: str, due: bool = True, etag: str | None = None, modified: str | None = None) -> KnownDocument:
    """A document whose page and further parts are at these addresses."""
    parts = [KnownPart(url=u, kind="page", etag=etag, last_modified=modified) for u in urls[:1]]
    parts += [KnownPart(url=u, kind="attachment", etag=etag, last_modified=modified) for u in urls[1:]]
    return KnownDocument(url=urls[0], due=due, parts=tuple(parts))


def crawl(work: CrawlJob, folder: Path, *, refuse_from: int | None = None, **options: Any) -> Crawled:
    """Run the crawl to its end and read what it left."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = (work.model_dump_json(), str(folder), refuse_from, options)
    process = multiprocessing.get_context("spawn").Process(target=_child, args=arguments)
    process.start()
    process.join(TIMEOUT)
    alive = process.is_alive()
    if alive:
        process.kill()
    assert not alive, f"the crawl did not end in {TIMEOUT} seconds"
    error = folder / "error"
    return Crawled(
        folder,
        error.read_text() if error.exists() else None,
        [Capture.model_validate_json(line) for line in _lines(folder / "captures")],
        [PortalVisit.model_validate_json(line) for line in _lines(folder / "visits")],
        [json.loads(line) for line in _lines(folder / "progress")],
    )


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _child(work: str, folder: str, refuse_from: int | None, options: dict[str, Any]) -> None:
    from spiders.process import run_crawl

    place = Path(folder)

    def progress(note: dict[str, Any]) -> None:
        with (place / "progress").open("a") as lines:
            lines.write(json.dumps(note) + "\n")

    try:
        run_crawl(CrawlJob.model_validate_json(work), FolderSink(place, refuse_from), on_progress=progress, **options)
    except Exception as error:
        (place / "error").write_text(f"{type(error).__name__}: {error}")
        raise
