"""Where reports stand: the addresses of one portal while it is settled, and those of the same reports elsewhere."""

from collections.abc import Mapping

from model.capture import Capture, PortalVisit
from model.document import Location
from model.vocabulary import FetchState
from storage.archive import Archive

from .assemble import LOST
from .withdrawal import HostsSeen, after_run


class Places:
    """The addresses of a portal as they were `before` a run, and `changed`: what the run makes of them."""

    def __init__(self, archive: Archive, portal: str) -> None:
        self._archive, self._portal = archive, portal
        self.before: dict[str, Location] = archive.locations(portal)
        self.changed: dict[str, Location] = {}
        self._elsewhere: list[Location] | None = None

    @property
    def now(self) -> dict[str, Location]:
        """All addresses of the portal, as they are known after this run."""
        return {**self.before, **self.changed}

    def of(self, report_id: str | None) -> list[Location]:
        """All addresses of a report as they are known now. Other portals are read only when something got lost."""
        if self._elsewhere is None:
            others = [name for name in self._archive.located_portals() if name != self._portal]
            self._elsewhere = [place for name in others for place in self._archive.locations(name).values()]
        here = self.now
        known = (*here.values(), *(place for place in self._elsewhere if place.url not in here))
        return [place for place in known if place.report_id == report_id]

    def lives_elsewhere(self, lost: Location) -> bool:
        """Does another address of the same report, at whatever portal, still answer? Then it has not disappeared."""
        return any(o.url != lost.url and FetchState(o.state) not in LOST for o in self.of(lost.report_id))

    def before_it_was_here(self, location: Location, known: Location | None) -> list[Location]:
        """The addresses that a report had before it was found at this one; `known`: what this one showed before."""
        had = [place for place in self.of(str(location.report_id)) if place.url != location.url]
        if known is not None and known.report_id == location.report_id:
            had.append(known)
        return had

    def was_lost(self, location: Location, known: Location | None) -> bool:
        """Was the report that is found here lost at every address that it had?"""
        if location.report_id is None:
            return False
        had = self.before_it_was_here(location, known)
        return bool(had) and all(FetchState(place.state) in LOST for place in had)

    def mark_listed(self, visit: PortalVisit | None) -> None:
        """After a whole reading of the lists, note which known addresses they no longer name."""
        if visit is None or not visit.complete:
            return
        named = {row.url for row in visit.rows}
        for url, location in self.now.items():
            if location.listed != (url in named):
                self.changed[url] = location.model_copy(update={"listed": url in named})

    def count_losses(self, lost: Mapping[str, Capture], hosts: HostsSeen, lists_read: bool) -> list[Location]:
        """Count this run's losses; the addresses that it confirmed to be without their report.

        Also when the run was settled before: then the check that confirmed is the same, and so is what follows.
        """
        for url, location in self.now.items():
            counted = after_run(location, lost.get(url), hosts, lists_read)
            if counted != location:
                self.changed[url] = counted
        here = self.now
        found = [(here[url], capture) for url, capture in lost.items() if url in here]
        return [place for place, capture in found if place.withdrawn_at and place.losses[-1].capture == capture.id]
