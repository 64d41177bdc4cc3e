"""A WACZ file: a WARC with its index and its list of pages in one zip, which a player opens from any web server."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from model.capture import Capture
from model.vocabulary import FetchState

from .cdxj import SortedLines
from .counted import Counted
from .selection import Taken
from .warc_file import WarcFile

WACZ_VERSION = "1.1.1"
WARC_NAME = "data.warc.gz"
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the same captures give the same bytes


def write_wacz(out: IO[bytes], captures: Iterable[Taken], info: dict[str, str], title: str) -> int:
    """Write captures as WACZ 1.1.1 to a stream; how many they were. `info` as in `WarcFile`, `title` for people."""
    written = 0
    with tempfile.TemporaryDirectory() as scratch, ZipFile(out, "w") as package:
        index, pages = SortedLines(Path(scratch)), Path(scratch) / "pages.jsonl"
        contents = _Contents(package)
        first: Capture | None = None
        with contents.member(f"archive/{WARC_NAME}", ZIP_STORED) as member, pages.open("w", encoding="utf-8") as listed:
            listed.write(_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}))
            warc = WarcFile(member, WARC_NAME, info)
            for capture, body in captures:
                index.extend(entry.line() for entry in warc.add(capture, body))
                if _is_page(capture):
                    first = first or capture
                    listed.write(_line(_page(capture)))
                written += 1
        with contents.member("indexes/index.cdxj", ZIP_DEFLATED) as member:
            for line in index:
                member.write(line.encode())
        with contents.member("pages/pages.jsonl", ZIP_DEFLATED) as member, pages.open("rb") as listed_pages:
            while chunk := listed_pages.read(1 << 20):
                member.write(chunk)
        _describe(package, contents, info, title, first)
    return written


def _is_page(capture: Capture) -> bool:
    return capture.kind == "page" and capture.state is FetchState.OK and capture.body is not None


def _page(capture: Capture) -> dict[str, str]:
    title = capture.row.title if capture.row else ""
    return {"id": capture.id, "url": capture.url, "title": title or capture.url, "ts": _stamp(capture.fetched_at)}


def _describe(package: ZipFile, contents: "_Contents", info: dict[str, str], title: str, first: Capture | None) -> None:
    told: dict[str, Any] = {
        "profile": "data-package",
        "resources": contents.resources,
        "wacz_version": WACZ_VERSION,
        "software": info["software"],
        "created": info["created"],
        "title": title,
    }
    if first is not None:
        told |= {"mainPageUrl": first.url, "mainPageDate": _stamp(first.fetched_at)}
    text = json.dumps(told, ensure_ascii=False, indent=2).encode()
    package.writestr(_named("datapackage.json"), text)
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
    package.writestr(_named("datapackage-digest.json"), json.dumps(digest, indent=2))


class _Contents:
    """What has been put into the package, with size and digest."""

    def __init__(self, package: ZipFile) -> None:
        self._package = package
        self.resources: list[dict[str, Any]] = []

    @contextmanager
    def member(self, path: str, compression: int) -> Iterator[Counted]:
        with self._package.open(_named(path, compression), "w", force_zip64=True) as stream:
            counted = Counted(stream)
            yield counted
        self.resources.append(
            {
                "name": path.rsplit("/", 1)[-1],
                "path": path,
                "hash": f"sha256:{counted.sha256}",
                "bytes": counted.written,
            }
        )


def _named(path: str, compression: int = ZIP_STORED) -> ZipInfo:
    member = ZipInfo(path, NO_TIME)
    member.compress_type = compression
    member.external_attr = 0o644 << 16
    return member


def _line(told: dict[str, str]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
