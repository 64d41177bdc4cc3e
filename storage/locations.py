"""What each address of a portal last answered: a ledger of changes under `state/locations/<portal>/`, folded in order.

A change is `<time>-<run>.json`, a map from URL to Location. Times in names only ever grow, whatever the clock does.
"""

from datetime import UTC, datetime, timedelta

from model.document import Location
from model.errors import ObjectMissing
from storage.objects import checked_segment
from storage.records import Shelf, read_record, replace_record

STAMP = "%Y%m%dT%H%M%S.%fZ"
FOLDED_AT = 48  # changes after which they are folded into one
FOLDED = "~"  # sorts a fold after the last change that it holds and before the next


class Locations(Shelf):
    """A crawl's memory of addresses. One writer per portal at a time (its lease); any number of readers."""

    def put_locations(self, portal: str, run: str, locations: dict[str, Location], at: datetime) -> None:
        """Add what a run found out; a URL that is not named keeps what was known. Putting it twice is harmless."""
        keys = list(self.store.list(self._prefix(portal)))
        stamp = at.astimezone(UTC)
        if keys:
            stamp = max(stamp, _stamp(keys[-1]) + timedelta(microseconds=1))
        self._write(f"{self._prefix(portal)}{stamp.strftime(STAMP)}-{checked_segment(run)}.json", locations)
        if len(keys) >= FOLDED_AT:
            self.fold_locations(portal)

    def locations(self, portal: str) -> dict[str, Location]:
        """The last known state of every address of a portal, by URL."""
        while True:
            try:
                return self._read(list(self.store.list(self._prefix(portal))))
            except ObjectMissing:
                continue  # folded away between listing and reading; the fold is in the next listing

    def located_portals(self) -> list[str]:
        """Ids of all portals of which addresses are known."""
        return sorted({key.split("/")[2] for key in self.store.list("state/locations/")})

    def fold_locations(self, portal: str) -> None:
        """Put one object in the place of all changes; a crash in between leaves changes that fold to the same."""
        keys = list(self.store.list(self._prefix(portal)))
        if len(keys) < 2:
            return
        self._write(f"{keys[-1].removesuffix('.json').removesuffix(FOLDED)}{FOLDED}.json", self._read(keys))
        for key in keys:
            if not key.endswith(f"{FOLDED}.json") or key != keys[-1]:
                self.store.delete(key)

    def _read(self, keys: list[str]) -> dict[str, Location]:
        folded: dict[str, Location] = {}
        for key in keys:
            folded |= read_record(self.store, key, dict[str, Location])
        return folded

    def _write(self, key: str, locations: dict[str, Location]) -> None:
        plain = {url: location.model_dump(mode="json") for url, location in locations.items()}
        replace_record(self.store, key, plain)

    def _prefix(self, portal: str) -> str:
        return f"state/locations/{checked_segment(portal)}/"


def _stamp(key: str) -> datetime:
    return datetime.strptime(key.rpartition("/")[2].partition("-")[0], STAMP).replace(tzinfo=UTC)
