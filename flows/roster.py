"""Who is expected to report: by the portal's file, by what was seen before, by what lists name."""

from collections.abc import Iterable, Mapping
from datetime import date

from model.agency import Agency, Register
from model.agency_names import Surroundings, read_name
from model.divisions import division, entries, level_of
from model.document import Location
from model.portal import Portal
from model.roster import Expected, Source
from storage.coverage import Coverage

from .assemble import LOST

REMEMBERED_YEARS = 3
"""Who published for none of so many years before is expected no more."""


def expected_at(
    portal: Portal, locations: Mapping[str, Location], register: Register, year: int, reading: Coverage | None
) -> list[Expected]:
    """The agencies whose report on a year is expected at a portal, each once.

    `locations`: the portal's, as they are known; `reading`: the last whole reading of its lists.
    """
    found: dict[str, Expected] = {}

    def add(one: Expected) -> None:
        key = one.agency_id or one.name
        held = found.get(key)
        if held is None:
            found[key] = one
            return
        sources = tuple(dict.fromkeys((*held.sources, *one.sources)))
        scope = one.scope if "seen_before" in one.sources else held.scope
        found[key] = held.model_copy(update={"sources": sources, "place": held.place or one.place, "scope": scope})

    for location in sorted(locations.values(), key=_year_of):
        if location.report_id is None or not 0 <= year - _year_of(location) <= REMEMBERED_YEARS:
            continue
        agency_id, _, scope = location.report_id.split("-", 2)
        if (agency := register.get(agency_id)) is not None:
            shown = location.listed and location.state not in LOST
            add(_of_agency(agency, portal, year, "seen_before", scope, place=shown))
    if portal.agency is not None:
        agency = register.named(portal.agency.name, portal.region)
        named = _of_agency(agency, portal, year, "portal_file", place=True) if agency else None
        kind, level = portal.agency.kind, portal.agency.level
        add(named or _of_name(portal.agency.name, portal, year, "portal_file").model_copy(
            update={"kind": kind, "level": level}))  # fmt: skip
    for source, name in _listed(reading, year):
        agency = register.named(name, portal.region)
        add(_of_agency(agency, portal, year, source) if agency else _of_name(name, portal, year, source))
    return [found[key] for key in sorted(found)]


def together(rosters: Iterable[Expected]) -> list[list[Expected]]:
    """What several portals expect, by agency: it stands in its place at each of them."""
    groups: dict[str, list[Expected]] = {}
    for one in rosters:
        groups.setdefault(one.agency_id or f"{one.region} {one.name}", []).append(one)
    return [groups[key] for key in sorted(groups)]


def existed(agency: Agency, year: int) -> bool:
    """Was there this agency on 31 December? One that others took over, or whose region is no more, was not."""
    last_day = date(year, 12, 31)
    if agency.successors or not any(name.holds(last_day) for name in agency.names):
        return False
    # A code that no table knows says nothing.
    return not entries(agency.region) or division(agency.region, year) is not None


def _listed(reading: Coverage | None, year: int) -> list[tuple[Source, str]]:
    if reading is None:
        return []
    rows = [row.agency for row in reading.unplaced if row.agency and row.year in (year, year - 1)]
    return [("listed", name) for name in rows] + [("unit_list", name) for name in reading.units]


def _of_agency(
    agency: Agency, portal: Portal, year: int, source: Source, scope: str = "own", *, place: bool = False
) -> Expected:
    reading = read_name(agency.name, Surroundings(agency.region), year)
    kind = agency.kind or reading.kind
    level = agency.level or reading.level or level_of(agency.region)
    return Expected(
        agency_id=agency.id,
        name=agency.name,
        region=agency.region,
        kind=kind,
        level=level,
        year=year,
        scope=scope,
        portal=portal.id,
        sources=(source,),
        place=place,
        existed=existed(agency, year),
    )


def _of_name(name: str, portal: Portal, year: int, source: Source) -> Expected:
    """An agency of which no report was ever seen."""
    reading = read_name(name, Surroundings(portal.region), year)
    return Expected(
        agency_id=None,
        name=reading.full or name,
        region=reading.region or portal.region,
        kind=reading.kind,
        level=reading.level,
        year=year,
        portal=portal.id,
        sources=(source,),
    )


def _year_of(location: Location) -> int:
    return int(location.report_id.split("-")[1]) if location.report_id else 0
