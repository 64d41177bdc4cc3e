"""The index of a web archive: CDXJ lines, ordered by address (SURT) and time."""

import heapq
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

LINES_IN_MEMORY = 100_000
DEFAULT_PORTS = {"http": 80, "https": 443}


class Entry(NamedTuple):
    """What an index says of one record; `fields` in the order in which they are written."""

    url: str
    at: datetime
    fields: dict[str, Any]

    def line(self) -> str:
        told = json.dumps(self.fields, ensure_ascii=False)
        return f"{surt(self.url)} {self.at:%Y%m%d%H%M%S} {told}\n"


def surt(url: str) -> str:
    """Sort-friendly form of an address: `http://www.a.gov.cn/B?c=1` → `cn,gov,a)/b?c=1`; a URN stays as it is.

    Lower case, no `www.`, no default port, no slash at the end, parameters in order, as web archives' players expect.
    """
    parts = urlsplit(url)
    if parts.hostname is None:
        return url
    host = re.sub(r"^www\d*\.", "", parts.hostname)
    labels = [host] if ":" in host else host.split(".")[::-1]
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    path = re.sub(r"/{2,}", "/", parts.path.lower()).rstrip("/") or "/"
    query = "&".join(sorted(parts.query.lower().split("&")))
    return f"{','.join(labels)}{port}){path}" + (f"?{query}" if query else "")


class SortedLines:
    """Lines of any number in order, with so many in memory at once; the rest waits in files of a scratch folder."""

    def __init__(self, scratch: Path, most: int = LINES_IN_MEMORY) -> None:
        self._scratch = scratch
        self._most = most
        self._held: list[str] = []
        self._files: list[Path] = []

    def extend(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._held.append(line)
            if len(self._held) >= self._most:
                self._put_away()

    def __iter__(self) -> Iterator[str]:
        with ExitStack() as stack:
            runs: list[IO[str]] = [
                stack.enter_context(file.open(encoding="utf-8", newline="\n")) for file in self._files
            ]
            yield from heapq.merge(*runs, sorted(self._held))

    def _put_away(self) -> None:
        file = self._scratch / f"lines-{len(self._files):05d}"
        file.write_text("".join(sorted(self._held)), encoding="utf-8", newline="\n")
        self._files.append(file)
        self._held = []
