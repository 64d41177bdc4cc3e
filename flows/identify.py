"""Which report a document is: agency × report year × scope, never its address."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from model.agency import Agency, Register
from model.agency_names import NameReading, Surroundings, is_relative, read_name
from model.capture import Row
from model.divisions import WHOLE_COUNTRY, full_name
from model.document import Scope
from model.portal import Portal

# Verdicts under which a page is no report at all, whatever its title promised.
NO_REPORT = frozenset({"not_a_report"})


# On a row that a person wrote who took a document in by hand: the word of that person stands before the document's.
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report of which year this is, as the document, its list row and its portal tell, in this order.

    `records`: what is new in the register, and has to be kept.
    """

    agency: Agency
    records: tuple[Agency, ...]
    year: int
    scope: Scope
    title: str
    published_on: date | None

    @property
    def report_id(self) -> str:
        return f"{self.agency.id}-{self.year}-{self.scope}"


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Why a document could not be given to a report; a person has to look."""

    why: str


def _published(parsed: dict[str, Any], row: Row | None) -> date | None:
    printed = parsed.get("published_on") or (row.date if row else None)
    if not printed:
        return None
    try:
        return date.fromisoformat(str(printed)[:10].replace("/", "-"))
    except ValueError:
        return None  # a date that is none stays in the row as printed; it decides nothing


def _as_given(told: dict[str, Any], row: Row, portal: Portal, register: Register) -> dict[str, Any]:
    """What the document tells of its agency, under the name that a person gave, in the region that knows this name."""
    if row.agency is None:
        return told
    regions = [region for region in (portal.region, told.get("division_code")) if region]
    region = next((r for r in regions if register.find(row.agency, r)), told.get("division_code"))
    return told | {"name": row.agency, "division_code": region}


def _region(
    name: str, told: dict[str, Any], year: int, portal: Portal, register: Register
) -> tuple[str, NameReading] | Unidentified:
    """The region of an agency: what the document tells, else what the name means on a site of the portal's region.

    A name that the register knows in the portal's region stays there, so that a better reading re-keys nothing.
    """
    reading = read_name(name, Surroundings(portal.region), year)
    region = told.get("division_code") or (WHOLE_COUNTRY if reading.level == "state" else reading.region)
    if region is None and reading.candidates:
        places = ", ".join(full_name(code, year) or code for code in reading.candidates)
        return Unidentified(f"{name} may be of {places}; name the agency in full in the portal file")
    if region is None and is_relative(name):
        return Unidentified(f"{name} does not say of which place; name the agency in full in the portal file")
    if region not in (None, portal.region) and read_name(name, year=year).region and register.find(name, portal.region):
        region = portal.region
    return region or portal.region, reading


def identify(
    parsed: dict[str, Any], row: Row | None, portal: Portal, register: Register, known: str | None = None
) -> Identity | Unidentified:
    """The identity of a parsed document. Title over preamble over list row over portal; the URL tells nothing.

    `known`: the report that this address was before.
    """
    told = parsed.get("agency") or {}
    if row is not None and BY_HAND in row.flags:
        told, parsed = _as_given(told, row, portal, register), parsed | ({"report_year": row.year} if row.year else {})
    name = told.get("name") or (row.agency if row else None) or (portal.agency.name if portal.agency else None)
    year = parsed.get("report_year") or (row.year if row else None)
    if name is None:
        return Unidentified("no agency in title, text, list or portal file; add 'agency:' to the portal file")
    if year is None:
        return Unidentified("no report year in title, text or list")
    place = _region(name, told, int(year), portal, register)
    if isinstance(place, Unidentified):
        return place
    region, reading = place
    own = portal.agency is not None and portal.agency.name == name
    agency, records = register.settle(
        name,
        region,
        int(year),
        level=told.get("level") or (portal.agency.level if own and portal.agency else reading.level),
        kind=told.get("kind") or (portal.agency.kind if own and portal.agency else reading.kind),
    )
    scope: Scope = told.get("scope") or "own"
    if known is not None and known.startswith(f"{agency.id}-{year}-"):
        # An address keeps its report while agency and year agree, whatever a better parser thinks of its scope.
        scope = cast("Scope", known.split("-", 2)[2])
    return Identity(
        agency=agency,
        records=records,
        year=int(year),
        scope=scope,
        title=parsed.get("title") or (row.title if row else "") or "",
        published_on=_published(parsed, row),
    )
