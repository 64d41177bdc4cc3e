"""Who publishes: agencies with opaque ids, their names and codes in time, and the register that finds them.

An id says nothing and never changes. Names and codes do change; they carry the dates between which they held, so that a
better name or a new division code never re-keys history.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

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


def name_key(name: str) -> str:
    """A name without what varies in print: width, spaces, quotation marks."""
    return re.sub(r"[\s“”\"'「」]", "", unicodedata.normalize("NFKC", name))


def mint_id(region: str, name: str) -> str:
    """The id of an agency seen for the first time.

    Derived from region and name as first seen, so that two writers who meet it at once agree; opaque from then on.
    """
    digest = hashlib.sha256(f"{region}\n{name_key(name)}".encode()).digest()
    return "a" + base64.b32encode(digest).decode().lower()[:12]


class Register:
    """Agencies by name within a region. Equal names in two regions are two agencies."""

    def __init__(self, agencies: Iterable[Agency] = ()) -> None:
        self._by_id: dict[str, Agency] = {}
        self._by_name: dict[tuple[str, str], list[str]] = {}
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
        for entry in agency.names:
            ids = self._by_name.setdefault((agency.region, name_key(entry.name)), [])
            if agency.id not in ids:
                ids.append(agency.id)

    def get(self, agency_id: str) -> Agency | None:
        return self._by_id.get(agency_id)

    def find(self, name: str, region: str, on: date | None = None) -> Agency | None:
        """The agency that bore this name in this region, on that day if one is given."""
        for agency_id in self._by_name.get((region, name_key(name)), []):
            agency = self._by_id[agency_id]
            if on is None or any(n.holds(on) and name_key(n.name) == name_key(name) for n in agency.names):
                return agency
        return None

    def find_or_mint(
        self, name: str, region: str, *, level: AgencyLevel | None = None, kind: AgencyKind | None = None
    ) -> tuple[Agency, bool]:
        """The agency, and whether it is new (and so has to be kept by the caller)."""
        found = self.find(name, region)
        if found is not None:
            return found, False
        agency = Agency(id=mint_id(region, name), region=region, level=level, kind=kind, names=(AgencyName(name=name),))
        self.add(agency)
        return agency, True


def seeded_register() -> Register:
    """The register that ships with gongkai (`model/agencies.yml`)."""
    text = resources.files("model").joinpath("agencies.yml").read_text(encoding="utf-8")
    return Register(Agency.model_validate(entry) for entry in yaml.safe_load(text))
