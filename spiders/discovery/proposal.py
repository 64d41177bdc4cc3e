"""From what was found to a portal file: what the pages say of themselves, and what a person still has to look at."""

import re
import textwrap
from datetime import date
from urllib.parse import urlsplit

import yaml

from model.divisions import WHOLE_COUNTRY, full_name, level_of
from model.portal import Portal
from spiders.discovery.tree import Discovery, Node

UNKNOWN_REGION = "000000"
# 1304000009: division code and serial; ministries have bm and eight digits
SITE_CODE = re.compile(r"^(\d{6})\d{4}$")
# What stands before and behind the place in a host name
PLACELESS = {"www", "wwww", "m", "gov", "cn", "com", "org", "net", "zwgk", "xxgk", "zfxxgk", "info"}


def propose(found: Discovery, day: date) -> Portal:
    """The portal that starts at the columns found, or at the start page when there are none."""
    columns = found.columns or [found.root]
    region, sure = _region(found)
    name = found.site_name.removesuffix("门户网站").removesuffix("网站").strip()
    urls = [column.url for column in columns]
    return Portal.model_validate(
        {
            "id": portal_id(urls[0]),
            "title": f"{name or urlsplit(urls[0]).hostname} 政府信息公开年报",
            "region": region,
            "level": level_of(region) if sure else None,
            "start_urls": urls,
            "hosts": sorted(found.hosts - {_host(url) for url in urls} - {_host(found.root.url)}),
            "family": _family(columns),
            "evidence": {"seen": "page", "kind": "list", "source": f"gongkai itself, {day.isoformat()}"},
            "unconfirmed_since": day,
            "notes": " ".join(_notes(found, columns, sure)),
        }
    )


def write_yaml(portal: Portal) -> str:
    """The portal as a person would write its file: only what is set, in the order of the shipped ones."""
    content = portal.model_dump(mode="json", exclude_defaults=True)
    notes = content.pop("notes", "")
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=118)
    # Dates and codes: as in the files that ship.
    text = re.sub(r"^region: '(\d{6})'$", r'region: "\1"', text, flags=re.MULTILINE)
    text = re.sub(r"^unconfirmed_since: '([\d-]+)'$", r"unconfirmed_since: \1", text, flags=re.MULTILINE)
    if notes:
        lines = textwrap.wrap(notes, 116, break_long_words=False, break_on_hyphens=False)
        text += "".join(["notes: >-\n", *(f"  {line}\n" for line in lines)])
    return text


def portal_id(url: str) -> str:
    """A name for the file, of the labels that tell the place: `hrss.tj.gov.cn` is tj-hrss."""
    host = urlsplit(url).hostname or ""
    labels = [label for label in host.split(".") if label not in PLACELESS]
    if not labels or host.replace(".", "").isdigit() or ":" in host:
        labels = ["portal", host][::-1]
    name = re.sub(r"[^a-z0-9-]+", "-", "-".join(reversed(labels)).lower()).strip("-")
    return (name if len(name) > 1 else f"portal-{name}")[:63].rstrip("-")


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _region(found: Discovery) -> tuple[str, bool]:
    told = SITE_CODE.match(found.site_code)
    if told and full_name(told[1]):
        return told[1], True
    if found.site_code.startswith("bm"):
        return WHOLE_COUNTRY, True
    return UNKNOWN_REGION, False


def _family(columns: list[Node]) -> str | None:
    families = [node.family for column in columns for node in column.walk() if node.family and node.reports]
    return max(set(families), key=families.count) if families else None


def _notes(found: Discovery, columns: list[Node], sure: bool) -> list[str]:
    said = []
    if not columns[0].in_column:
        said.append("No column of annual reports was found; look for it in a browser and put its address here.")
    if not sure:
        said.append("The region is not known: the site names no code that exists; put it in.")
    if any(re.search(r"(?<!\d)20[0-4]\d(?!\d)", urlsplit(column.url).path) for column in columns):
        said.append("The address bears a year: see whether there is a hub above it, which names next year's column.")
    if any(node.state and node.state.value == "needs_js" for column in columns for node in column.walk()):
        said.append("Some of its rows appear only in a browser.")
    if found.elsewhere:
        said.append(f"It leads to {len(found.elsewhere)} other hosts, which are portals of their own.")
    return said
