"""Who publishes: agencies with opaque ids, their names and codes in time, and the register that finds them.

An id says nothing and never changes. Names and codes do change; they carry the dates between which they held, so that a
better name or a new division code never re-keys history.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

from model.agency_names import Surroundings, read_name, words
from model.agency_sameness import ENDINGS, core_key, lineage, name_key, stem_of
from model.capture import Record
from model.portal import AgencyKind, AgencyLevel, DivisionCode


class Dated(Record):
    """`valid_from` and `valid_to` are inclusive; None means open."""

    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class AgencyName(Dated):
    name: str


class AgencyCode(Dated):
    """`division`: GB/T 2260; `uscc`: GB 32100-2015; `site`: 政府网站标识码."""

    scheme: Literal["division", "uscc", "site"]
    code: str


class Agency(Record):
    """`agencies/<id>/<n>.json`: what is known of an agency, numbered from 1; the highest number holds."""

    schema_version: str = "1"
    id: str = Field(pattern=r"^a[a-z2-7]{12}$")
    n: int = Field(1, ge=1)
    region: DivisionCode
    level: AgencyLevel | None = None
    kind: AgencyKind | None = None
    names: tuple[AgencyName, ...] = Field(min_length=1, description="Newest last")
    codes: tuple[AgencyCode, ...] = ()
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """The name in force last."""
        return self.names[-1].name

    def named_also(self, name: str) -> "Agency":
        """The next record, with a better name last; the older ones still find it."""
        return self.model_copy(update={"n": self.n + 1, "names": (*self.names, AgencyName(name=name))})

    def named_since(self, name: str, year: int | None) -> "Agency":
        """The next record of a renamed agency. Dates are of the years reported on, not of the reform's decree."""
        first = date(year, 1, 1) if year else None
        names = tuple(
            n.model_copy(update={"valid_to": first - timedelta(days=1)}) if first and n.valid_to is None else n
            for n in self.names
        )
        return self.model_copy(update={"n": self.n + 1, "names": (*names, AgencyName(name=name, valid_from=first))})

    def named_before(self, name: str, year: int | None) -> "Agency":
        """The next record of an agency of which an earlier name was met later."""
        last = date(year, 12, 31) if year else None
        names = (AgencyName(name=name, valid_to=last), *self.names)
        return self.model_copy(update={"n": self.n + 1, "names": names})


def mint_id(region: str, name: str) -> str:
    """The id of an agency seen for the first time.

    Derived from region and name as first seen, so that two writers who meet it at once agree; opaque from then on.
    """
    digest = hashlib.sha256(f"{region}\n{name_key(name)}".encode()).digest()
    return "a" + base64.b32encode(digest).decode().lower()[:12]


class Register:
    """Agencies by name within a region. Equal names in two regions are two agencies.

    Within a region an agency is also found under another way to write its name (天津市人社局, 市人力资源和社会保障局)
    and across a renaming (环境保护局, 生态环境局); what took over the duties of others is an agency of its own, linked.
    """

    def __init__(self, agencies: Iterable[Agency] = ()) -> None:
        self._by_id: dict[str, Agency] = {}
        self._by_name: dict[tuple[str, str], list[str]] = {}
        self._by_core: dict[tuple[str, str], list[str]] = {}
        self._unread: dict[str, list[tuple[str, str]]] = {}
        for agency in agencies:
            self.add(agency)

    def __iter__(self) -> Iterator[Agency]:
        return iter(sorted(self._by_id.values(), key=lambda a: a.id))

    def add(self, agency: Agency) -> None:
        """Take in a record; of two with the same id the higher number holds."""
        held = self._by_id.get(agency.id)
        if held is not None and held.n >= agency.n:
            return
        self._by_id[agency.id] = agency
        place = lineage(agency.region)
        for entry in agency.names:
            ids = self._by_name.setdefault((place, name_key(entry.name)), [])
            if agency.id not in ids:
                ids.append(agency.id)
                # Reading a name takes longer than keeping it, and most regions are not asked for in a run.
                self._unread.setdefault(place, []).append((agency.id, entry.name))

    def _with_core(self, core: str, region: str) -> list[str]:
        """Ids of the agencies of a region with this core name."""
        place = lineage(region)
        for agency_id, name in self._unread.pop(place, ()):
            ids = self._by_core.setdefault((place, core_key(name, self._by_id[agency_id].region)), [])
            if agency_id not in ids:
                ids.append(agency_id)
        return self._by_core.get((place, core), [])

    def get(self, agency_id: str) -> Agency | None:
        return self._by_id.get(agency_id)

    def find(self, name: str, region: str, on: date | None = None) -> Agency | None:
        """The agency that bore this name in this region, on that day if one is given."""
        for agency_id in self._by_name.get((lineage(region), name_key(name)), []):
            agency = self._by_id[agency_id]
            if on is None or any(n.holds(on) and name_key(n.name) == name_key(name) for n in agency.names):
                return agency
        return None

    def find_core(self, core: str, region: str) -> Agency | None:
        """The only agency of a region with this core name; None where there is none, or more than one."""
        ids = self._with_core(core, region)
        return self._by_id[ids[0]] if len(ids) == 1 else None

    def named(self, name: str, region: str) -> Agency | None:
        """The agency that a name means in a region, in full or as people shorten it; None where it means no one."""
        return self.find(name, region) or self.find_core(core_key(name, region), region)

    def find_or_mint(
        self, name: str, region: str, *, level: AgencyLevel | None = None, kind: AgencyKind | None = None
    ) -> tuple[Agency, bool]:
        """The agency, and whether it is new (and so has to be kept by the caller)."""
        found, records = self.settle(name, region, level=level, kind=kind)
        return found, bool(records)

    def settle(
        self,
        name: str,
        region: str,
        year: int | None = None,
        *,
        level: AgencyLevel | None = None,
        kind: AgencyKind | None = None,
    ) -> tuple[Agency, tuple[Agency, ...]]:
        """The agency of a name met in a report on that year, and the records that the caller has to keep.

        An id once given stays: a better name, a new code or a renaming adds a record, never another id.
        """
        if (found := self.find(name, region)) is not None:
            return found, ()
        reading = read_name(name, Surroundings(region), year)
        full = reading.full if reading.region and lineage(reading.region) == lineage(region) else None
        full = full or name
        core = core_key(full, region)
        if (found := self.find(full, region) or self.find_core(core, region)) is not None:
            better = len(name_key(full)) > len(name_key(found.name)) and not self.find(full, region)
            return self._kept(found.named_also(full)) if better else (found, ())
        if (renamed := self._renamed(core, region)) is not None:
            held, newer = renamed
            return self._kept(held.named_since(full, year) if newer else held.named_before(full, year))
        fresh = Agency(id=mint_id(region, full), region=region, level=level, kind=kind, names=(AgencyName(name=full),))
        return self._kept(*self._linked(fresh, core))

    def _kept(self, agency: Agency, *others: Agency) -> tuple[Agency, tuple[Agency, ...]]:
        for record in (agency, *others):
            self.add(record)
        return agency, (agency, *others)

    def _renamed(self, core: str, region: str) -> tuple[Agency, bool] | None:
        """The agency that bears an earlier or later name of this one, and whether the name met is the later."""
        for entry in words()["renamed"]:
            for met, other in ((entry["to"], entry["from"]), (entry["from"], entry["to"])):
                if stem_of(core) == met and (found := self._with_stem(other, region)) is not None:
                    return found, met == entry["to"]
        return None

    def _with_stem(self, stem: str, region: str) -> Agency | None:
        """The only agency of a region with this stem, whatever it ends in: 局, 委员会, 办公室."""
        ids = {id for ending in ENDINGS for id in self._with_core(stem + ending, region)}
        return self._by_id[ids.pop()] if len(ids) == 1 else None

    def _linked(self, fresh: Agency, core: str) -> list[Agency]:
        """The new agency with those before and after it, each of them with a link to it."""
        before, after = [], []
        for entry in words()["succeeded"]:
            if stem_of(core) == entry["to"]:
                before += [a for stem in entry["from"] if (a := self._with_stem(stem, fresh.region)) is not None]
            elif stem_of(core) in entry["from"] and (a := self._with_stem(entry["to"], fresh.region)) is not None:
                after.append(a)
        links = {"predecessors": tuple(a.id for a in before), "successors": tuple(a.id for a in after)}
        return [
            fresh.model_copy(update=links),
            *(a.model_copy(update={"n": a.n + 1, "successors": (*a.successors, fresh.id)}) for a in before),
            *(a.model_copy(update={"n": a.n + 1, "predecessors": (*a.predecessors, fresh.id)}) for a in after),
        ]


@lru_cache(maxsize=1)
def _seed() -> tuple[Agency, ...]:
    text = resources.files("model").joinpath("agencies.yml").read_text(encoding="utf-8")
    return tuple(Agency.model_validate(entry) for entry in yaml.safe_load(text))


def seeded_register() -> Register:
    """The register that ships with gongkai (`model/agencies.yml`)."""
    return Register(_seed())
