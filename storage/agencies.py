"""Agencies as the archive knows them: `agencies/<id>/<n>.json`; the highest number holds."""

from collections.abc import Iterator

from model.agency import Agency
from model.errors import ObjectMissing
from storage.objects import ObjectStore, checked_segment
from storage.records import Shelf, create_record, numbered, read_record


class Agencies(Shelf):
    """Records of agencies met in crawls; they continue those that ship with gongkai."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(store)
        self._met: dict[str, Agency] = {}

    def agency(self, agency_id: str) -> Agency:
        """The record that holds; ObjectMissing for an unknown id."""
        keys = [key for _, key in numbered(self.store, f"agencies/{checked_segment(agency_id)}/")]
        if not keys:
            raise ObjectMissing(f"{self.store.describe()} has no agency {agency_id}; look for its id in agencies/")
        return read_record(self.store, keys[-1], Agency)

    def agency_keys(self, agency_id: str) -> set[str]:
        """Keys of all records of an agency; none for one that only ships with gongkai."""
        return {key for _, key in numbered(self.store, f"agencies/{checked_segment(agency_id)}/")}

    def agencies(self) -> Iterator[Agency]:
        """Every agency once, the record that holds, by id."""
        newest: dict[str, tuple[int, str]] = {}
        for key in self.store.list("agencies/"):
            _, agency_id, name = key.split("/", 2)
            number = name.removesuffix(".json")
            if number.isdigit():
                newest[agency_id] = max(newest.get(agency_id, (0, "")), (int(number), key))
        for _, key in newest.values():
            # A record is never changed; a process that settles many runs need not read them all each time.
            if key not in self._met:
                self._met[key] = read_record(self.store, key, Agency)
            yield self._met[key]

    def add_agency(self, agency: Agency) -> bool:
        """Keep a record under its id and number; False when there is one, which then stays."""
        return create_record(self.store, f"agencies/{checked_segment(agency.id)}/{agency.n}.json", agency)
