"""Portals: what runs saw of them, and those that no run has visited."""

import time
from typing import Any, NamedTuple

from model.errors import ObjectMissing
from model.portal import Portal
from storage.coverage import Coverage
from web.library.opened import Opened
from web.remembered import Remembered


class PortalState(NamedTuple):
    """The last visits of a portal, the newest first."""

    portal: str
    runs: int
    visits: list[Coverage]

    @property
    def last(self) -> Coverage:
        return self.visits[0]


class Visits(Opened):
    """Portals of the archive and of the registry."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        self._portals = Remembered[list[PortalState]](1)

    def portals(self) -> list[PortalState]:
        """Every portal that a run has visited, with its last visits; listed anew every half minute."""
        return self._portals.get(int(time.monotonic() // 30), self._visited)

    def _visited(self) -> list[PortalState]:
        return [self._portal(portal, runs, 1) for portal, runs in sorted(self.archive.covered_runs().items())]

    def not_visited(self) -> list[Portal]:
        """Portals of the registry that no run has visited in this archive, by region."""
        visited = {state.portal for state in self.portals()}
        waiting = (portal for name, portal in self.registry.items() if name not in visited)
        return sorted(waiting, key=lambda portal: (portal.region, portal.id))

    def portal(self, name: str, visits: int) -> PortalState:
        """One portal with so many visits; ObjectMissing."""
        runs = next((state.runs for state in self.portals() if state.portal == name), 0)
        if not runs:
            raise ObjectMissing(f"No run has visited a portal {name}")
        return self._portal(name, self.archive.covered_runs()[name], visits)

    def _portal(self, name: str, runs: list[str], visits: int) -> PortalState:
        return PortalState(name, len(runs), [self.archive.coverage(name, run) for run in runs[-visits:][::-1]])
