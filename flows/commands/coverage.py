"""`gongkai coverage`: whose reports are there, late, overdue, still to come, and what could not be seen."""

import json
import sys
from collections import defaultdict
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from flows.opening import existing_archive
from flows.settings import Settings
from flows.settle import known_agencies
from flows.standings import RegionCoverage, region_coverage
from model.clock import legal_day, utc_now
from model.divisions import WHOLE_COUNTRY, divisions, full_name
from model.errors import BadQuery
from model.roster import Standing, UnknownReason
from model.vocabulary import AgencyYearStatus
from spiders.portal_files import load_portals

EPILOG = """Examples:

gongkai coverage                                  the year that ended last, the whole country, by province

gongkai coverage --region 12 --year 2025          Tianjin, by district

gongkai coverage --region 12 --status overdue     who is overdue: since when, and where we looked

gongkai coverage --region 1201 --json | jq '.reports[] | select(.status == "unknown")'

Every report that is expected is counted once. "unknown" is what could not be seen, and says why: a blocked portal is
another thing than a report that is not there. Townships, streets and zones have no date of the law; of them it says
"late against local practice", never more."""

WIDTH = 32
STYLES = {
    AgencyYearStatus.ON_TIME: ("green", "█"),
    AgencyYearStatus.LATE: ("yellow", "▓"),
    AgencyYearStatus.OVERDUE: ("red", "▒"),
    AgencyYearStatus.PENDING: ("blue", "░"),
    AgencyYearStatus.UNKNOWN: ("bright_black", "·"),
    AgencyYearStatus.NOT_EXPECTED: ("dim", " "),
}
NAMES = {AgencyYearStatus.ON_TIME: "on time"}
WHY = {
    UnknownReason.BLOCKED: "the site refuses us; it is left alone",
    UnknownReason.UNREACHABLE: "the site did not answer, or answers with errors",
    UnknownReason.ROBOTS: "its robots.txt does not allow the list",
    UnknownReason.NO_PORTAL: "a list names the agency; no portal of ours shows its reports",
    UnknownReason.NOT_CHECKED: "not visited since the due date",
    UnknownReason.NOT_WHOLE: "its lists were not read to their end",
    UnknownReason.PLACE_NOT_SEEN: "no earlier report of it is listed today",
    UnknownReason.UNREAD: "a list names a report that may be it and could not be read",
    UnknownReason.INTERRUPTED: "an outage or a block lay between two readings",
    UnknownReason.UNCONFIRMED: "missing at one reading; a second one, a day later, confirms",
    UnknownReason.NO_DUE_DATE: "no due date is known for this kind of agency",
    UnknownReason.NO_PUBLICATION_DATE: "it is there; when it was published is not known",
}


def coverage(
    region: Annotated[str | None, typer.Option(help="Beginning of a division code: 12 is Tianjin")] = None,
    year: Annotated[
        int | None, typer.Option(help="Year reported on", show_default="the year that ended last", min=2008, max=2100)
    ] = None,
    status: Annotated[list[AgencyYearStatus] | None, typer.Option(help="List the reports that stand so")] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Show for a region and year which reports are published, late, overdue, pending or unknown, and why."""
    settings = Settings()
    code = whole_code(region)
    archive = existing_archive(store or settings.store, settings)
    now = utc_now()
    year = year or legal_day(now).year - 1
    found = region_coverage(archive, known_agencies(archive), load_portals(settings.portals), code, year, now)
    if as_json:
        sys.stdout.write(json.dumps(found.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    Console().print(_listed(found, status) if status else _drawn(found))


def whole_code(region: str | None) -> str | None:
    """`12` is `120000`; BadQuery for what is no beginning of a code."""
    if region is None:
        return None
    if not region.isdigit() or len(region) not in (2, 4, 6):
        raise BadQuery(f"--region {region!r} is no beginning of a division code: two, four or six digits, as in 12")
    return region.ljust(6, "0")


def _drawn(found: RegionCoverage) -> Group:
    where = "" if found.region is None else full_name(found.region) or found.region
    title = Text(f"{where or '全国'} {found.year} · {found.total} reports expected · as of {found.as_of}", style="bold")
    parts: list[Text | Table] = [title, _bar(found.reports, 2 * WIDTH), _legend(found)]
    if len(groups := _groups(found)) > 1:
        parts.append(_group_table(groups))
    if found.unknown:
        parts.append(Text("unknown, because", style="bold"))
        parts += [
            Text(f"  {count:>5}  {name:<20} {WHY[UnknownReason(name)]}", style="default")
            for name, count in sorted(found.unknown.items(), key=lambda item: -item[1])
        ]
    local = sum(one.basis == "local practice" for one in found.reports)
    if local:
        parts.append(Text(f"{local} of townships, streets and zones: against local practice, not the law", style="dim"))
    if found.never_visited:
        told = ", ".join(found.never_visited[:5]) + (" …" if len(found.never_visited) > 5 else "")
        parts.append(
            Text(f"{len(found.never_visited)} of {found.portals} portals were never visited: {told}", style="yellow")
        )
    return Group(*parts)


def _bar(standings: tuple[Standing, ...], width: int) -> Text:
    """One bar of so many characters, each status its share; whoever is there is seen, by one character at least."""
    counts = [(status, sum(one.status is status for one in standings)) for status in AgencyYearStatus]
    counts = [(status, count) for status, count in counts if count]
    total = sum(count for _, count in counts)
    bar = Text()
    lengths = [max(1, int(width * count / total)) for _, count in counts]
    if lengths:
        lengths[lengths.index(max(lengths))] += width - sum(lengths)
    for (status, _), length in zip(counts, lengths, strict=True):
        style, sign = STYLES[status]
        bar.append(sign * length, style=style)
    return bar


def _legend(found: RegionCoverage) -> Text:
    legend = Text()
    for status in AgencyYearStatus:
        count = found.statuses[status.value]
        if not count:
            continue
        style, sign = STYLES[status]
        share = f" {100 * count / found.total:.0f} %"
        legend.append(f"{sign} ", style=style).append(f"{NAMES.get(status, status.value)} {count}{share}   ")
    return legend


def _groups(found: RegionCoverage) -> dict[str, list[Standing]]:
    """The reports by the division below the one asked for; of the region's own agencies by itself."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    outer = found.region
    digits = 2 if outer in (None, WHOLE_COUNTRY) else 4 if outer.endswith("0000") else 6
    # The districts of a municipality lie directly below it.
    digits = 6 if outer in ("110000", "120000", "310000", "500000") else digits
    for one in found.reports:
        groups[one.expected.region[:digits].ljust(6, "0")].append(one)
    return dict(sorted(groups.items()))


def _group_table(groups: dict[str, list[Standing]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("region", no_wrap=True)
    table.add_column("", no_wrap=True)
    for status in AgencyYearStatus:
        table.add_column(NAMES.get(status, status.value).replace("_", " "), justify="right")
    table.add_column("expected", justify="right")
    for code, standings in groups.items():
        counts = [sum(one.status is status for one in standings) for status in AgencyYearStatus]
        table.add_row(
            f"{code} {divisions().get(code, '')}".strip(),
            _bar(tuple(standings), WIDTH),
            *(Text(str(count) if count else "–", style="" if count else "dim") for count in counts),
            str(len(standings)),
        )
    return table


def _listed(found: RegionCoverage, statuses: list[AgencyYearStatus]) -> Group:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("agency", "stands", "due", "days", "last read", "portal"):
        table.add_column(name, justify="right" if name == "days" else "left")
    shown = [one for one in found.reports if one.status in statuses]
    for one in shown:
        told = NAMES.get(one.status, one.status.value)
        if one.status in (AgencyYearStatus.LATE, AgencyYearStatus.OVERDUE) and one.basis == "local practice":
            told = f"{told}, against local practice"
        if one.reason:
            told = f"{told}: {one.reason.value}"
        table.add_row(
            one.expected.name,
            Text(told, style=STYLES[one.status][0]),
            str(one.due or "–"),
            str(one.days_late if one.days_late is not None else "–"),
            f"{one.checked_at:%Y-%m-%d %H:%M}" if one.checked_at else "–",
            one.expected.portal,
        )
    return Group(table, Text(f"{len(shown)} of {found.total} reports on {found.year}"))
