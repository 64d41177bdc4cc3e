"""Is a registry right? Everything that can be said of portal files without asking anybody."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import urlsplit

from model.divisions import full_name, level_of
from model.errors import InvalidPortal
from model.portal import Portal
from spiders.families import FAMILIES
from spiders.hosts import page_key, refusal
from spiders.portal_files import load_portal, portal_paths

YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")


@dataclass
class Checked:
    """A file: its portal when it could be read, what is wrong with it, and what a person should know of it."""

    name: str
    portal: Portal | None = None
    faults: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def check_files(folder: Path | None, day: date) -> list[Checked]:
    """Every portal file of a folder, or of those that ship, checked alone and against the others."""
    checked = [_check_file(path, day) for path in portal_paths(folder)]
    _check_together(checked)
    return checked


def _check_file(path: Path | Traversable, day: date) -> Checked:
    result = Checked(path.name)
    try:
        result.portal = portal = load_portal(path)
    except InvalidPortal as error:
        result.faults.append(str(error).removeprefix(f"{path}: "))
        return result
    result.faults += _faults(portal, day)
    result.hints += _hints(portal)
    return result


def _faults(portal: Portal, day: date) -> Iterable[str]:
    if full_name(portal.region) is None:
        yield f"region {portal.region}: there is no such division today; look it up in model/divisions.csv"
    elif portal.level in ("province", "prefecture") and level_of(portal.region) != portal.level:
        yield f"region {portal.region} is no {portal.level} but {full_name(portal.region)}; correct level or region"
    for host in sorted(portal.start_hosts):
        if why := refusal(host, portal, day):
            yield f"{host} {why}; remove it, or add it to spiders/hosts.yml with a date"


def _hints(portal: Portal) -> Iterable[str]:
    if portal.family is not None and portal.family not in FAMILIES:
        yield f"no module reads the family {portal.family} yet; its lists are read as any list of links"
    for url in portal.start_urls:
        parts = urlsplit(str(url))
        if parts.path in ("", "/") and not parts.query:
            yield "starts at a home page: its column is not known; try gongkai portals discover"
        elif YEAR.search(parts.path) or YEAR.search(parts.query):
            yield f"{parts.path} bears a year: next year's column may have another address"
    if portal.level is None:
        yield "no level is given"
    if not portal.confirmed and portal.unconfirmed_since is None:
        yield "neither confirmed nor unconfirmed_since"


def _check_together(checked: list[Checked]) -> None:
    """Two files with one start address, or one id in two folders, would count every report twice."""
    by_page: dict[str, list[Checked]] = defaultdict(list)
    for result in checked:
        for url in result.portal.start_urls if result.portal else ():
            by_page[page_key(str(url))].append(result)
    for page, holders in by_page.items():
        for result in holders if len(holders) > 1 else ():
            others = sorted({h.name for h in holders if h is not result}) or ["itself"]
            result.faults.append(f"{page} is also the start of {', '.join(others)}; keep it in one")
