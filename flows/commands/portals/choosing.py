"""Options that choose portals, and the choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

import typer

from flows.settings import Settings
from model.errors import BadQuery
from model.portal import AgencyLevel, FamilyName, Portal
from spiders.portal_files import load_portals

Folder = Annotated[Path | None, typer.Option(help="A folder of portal files instead of those that ship")]
Region = Annotated[str | None, typer.Option(help="Division code or its beginning: 12, 3208, 620402")]
Level = Annotated[str | None, typer.Option(help=f"One of {', '.join(get_args(AgencyLevel))}")]
FamilyOption = Annotated[str | None, typer.Option(help=f"One of {', '.join(get_args(FamilyName))}, or none")]


def checked_filters(region: str | None, level: str | None, family: str | None) -> None:
    """BadQuery for a filter that nothing could answer to."""
    if level is not None and level not in get_args(AgencyLevel):
        raise BadQuery(f"--level {level!r} is none of {', '.join(get_args(AgencyLevel))}")
    if family is not None and family not in (*get_args(FamilyName), "none"):
        raise BadQuery(f"--family {family!r} is none of {', '.join(get_args(FamilyName))} and none")
    if region is not None and not (region.isascii() and region.isdigit() and len(region) <= 6):
        raise BadQuery(f"--region {region!r} is no beginning of a division code; write digits, as 12 for Tianjin")


def fits(portal: Portal, region: str | None, level: str | None, family: str | None) -> bool:
    """Does the portal answer to every filter that is given?"""
    return (
        (region is None or portal.region.startswith(region))
        and (level is None or portal.level == level)
        and (family is None or (portal.family or "none") == family)
    )


def chosen(
    folder: Path | None,
    names: Sequence[str] = (),
    region: str | None = None,
    level: str | None = None,
    family: str | None = None,
) -> dict[str, Portal]:
    """The portals that are named and fit, by id. BadQuery for unknown names and impossible filters."""
    checked_filters(region, level, family)
    known = load_portals(folder or Settings().portals)
    if missing := [name for name in names if name not in known]:
        raise BadQuery(f"no portal {', '.join(missing)}; `gongkai portals` lists the {len(known)} that there are")
    asked = {name: known[name] for name in (names or sorted(known))}
    return {name: portal for name, portal in asked.items() if fits(portal, region, level, family)}
