"""Where releases and originals can be pulled from: an archive in a folder or a bucket, or a web server."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from model.errors import BadQuery, ObjectMissing, StorageUnavailable
from storage.objects import ObjectStore, checked_key
from storage.releases.checksums import MARKER

RELEASES = "releases/"


class Source(Protocol):
    """Objects of an archive, to be read only."""

    def describe(self) -> str: ...

    def releases(self) -> list[str]:
        """Versions of the releases that are whole, oldest first."""
        ...

    def fetch(self, key: str, to: Path) -> None:
        """The object as a file. What an earlier try has left under `<to>.part` is gone on from where that is possible.

        ObjectMissing when there is none, StorageUnavailable when nobody answers.
        """
        ...


class StoreSource:
    """A folder or a bucket."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def describe(self) -> str:
        return self._store.describe()

    def releases(self) -> list[str]:
        whole = (key.split("/") for key in self._store.list(RELEASES) if key.endswith(f"/{MARKER}"))
        return in_order([parts[1] for parts in whole if len(parts) == 3])

    def fetch(self, key: str, to: Path) -> None:
        part = to.with_name(to.name + ".part")
        part.write_bytes(self._store.read(key))
        part.rename(to)


class WebSource:
    """A web server: `gongkai serve`, a bucket that is open to the web, or a folder behind any server."""

    def __init__(self, base: str) -> None:
        import httpx

        self._base = base.rstrip("/")
        self._client = httpx.Client(follow_redirects=True, timeout=60, headers={"User-Agent": "gongkai-pull"})

    def describe(self) -> str:
        return self._base

    def releases(self) -> list[str]:
        import httpx

        try:
            answer = self._client.get(f"{self._base}/releases/index.json")
            answer.raise_for_status()
            return in_order([str(one) for one in json.loads(answer.content)["releases"]])
        except httpx.HTTPStatusError as error:
            raise BadQuery(
                f"{self._base} does not say which releases it has ({error.response.status_code}); name one: --release"
            ) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise StorageUnavailable(f"{self._base} did not answer with a list of releases ({error})") from error

    def fetch(self, key: str, to: Path) -> None:
        import httpx

        part = to.with_name(to.name + ".part")
        have = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        address = f"{self._base}/{checked_key(key)}"
        try:
            with self._client.stream("GET", address, headers=headers | {"Accept-Encoding": "identity"}) as answer:
                if answer.status_code in (404, 410):
                    raise ObjectMissing(f"{self._base} has no {key}; gongkai pull --list shows what there is")
                if answer.status_code == 416:
                    part.unlink()  # Longer than the file itself: of another release, or damaged. The next try is whole.
                    raise StorageUnavailable(f"{address} has changed since the last try; start again")
                answer.raise_for_status()
                with part.open("ab" if answer.status_code == 206 else "wb") as out:
                    # As it comes: pieces that are waited for would be lost with the connection.
                    for piece in answer.iter_raw():
                        out.write(piece)
        except httpx.HTTPError as error:
            raise StorageUnavailable(
                f"{address} did not answer to its end ({error}); start again, it goes on"
            ) from error
        shutil.move(part, to)


def in_order(versions: list[str]) -> list[str]:
    """By day, and on one day by number: 2026-11-24, 2026-11-24.2, 2026-11-24.10."""

    def place(version: str) -> tuple[str, int]:
        day, _, number = version.partition(".")
        return day, int(number) if number.isdigit() else 0

    return sorted(versions, key=place)


def sums(lines: bytes) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of each line of SHA256SUMS."""
    for line in lines.decode().splitlines():
        digest, _, path = line.partition("  ")
        yield path, digest
