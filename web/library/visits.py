"""Portals: what runs saw of them, and those that no run has visited."""

import time
from itertools import islice
from typing import Any, NamedTuple

from model.errors import ObjectMissing
from model.portal import Portal
from storage.coverage import Coverage
from web.library.opened import Opened
from web.remembered import Remembered

REMEMBERED = 4_000  # the last visits of the country's portals
Place = tuple[bool, str, str]


class PortalState(NamedTuple):
    """The last visits of a portal, the newest first."""

    portal: str
    runs: int
    visits: list[Coverage]

    @property
    def last(self) -> Coverage:
        return self.visits[0]


class PortalPage(NamedTuple):
    """Some portals. `total` and `total_waiting`: how many were visited and how many not. `cursor`: of the rest."""

    visited: list[PortalState]
    waiting: list[Portal]
    total: int
    total_waiting: int
    cursor: str | None


class Visits(Opened):
    """Portals of the archive and of the registry."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        self._runs = Remembered[dict[str, list[str]]](1)
        self._visits = Remembered[Coverage](REMEMBERED)

    def portals(self, words: tuple[str, ...] = (), after: str | None = None, limit: int = 50) -> PortalPage:
        """Portals whose id or title has the words: visited ones by id, then those of the registry by region.

        `after`: the id of the portal that the page before ended with.
        """
        runs = self.visited_runs()
        names = sorted(self._place(name, name in runs) for name in {*runs, *self.registry} if self._has(name, words))
        start = self._place(after, after in runs) if after else None
        rest = (place for place in names if start is None or place > start)
        page = [name for _, _, name in islice(rest, limit)]
        more = next(rest, None) is not None
        total = sum(not waiting for waiting, _, _ in names)
        return PortalPage(
            [self._state(name, runs[name], 1) for name in page if name in runs],
            [self.registry[name] for name in page if name not in runs],
            total,
            len(names) - total,
            page[-1] if more else None,
        )

    def visited_runs(self) -> dict[str, list[str]]:
        """Portal id to its runs; listed anew every half minute."""
        return self._runs.get(int(time.monotonic() // 30), self.archive.covered_runs)

    def portal(self, name: str, visits: int) -> PortalState:
        """One portal with so many visits; ObjectMissing."""
        runs = self.visited_runs().get(name)
        if not runs:
            raise ObjectMissing(f"No run has visited a portal {name}")
        return self._state(name, runs, visits)

    def _state(self, name: str, runs: list[str], visits: int) -> PortalState:
        def read(run: str) -> Coverage:
            return self._visits.get((name, run), lambda: self.archive.coverage(name, run))

        return PortalState(name, len(runs), [read(run) for run in runs[-visits:][::-1]])

    def _place(self, name: str, visited: bool) -> Place:
        known = self.registry.get(name)
        return (not visited, known.region or "" if known and not visited else "", name)

    def _has(self, name: str, words: tuple[str, ...]) -> bool:
        known = self.registry.get(name)
        text = f"{name} {known.title if known else ''} {known.region if known else ''}".casefold()
        return all(word.casefold() in text for word in words)
