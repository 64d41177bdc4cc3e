"""An archive of any number of reports that exist only when they are read, spread over the country's divisions.

The figures are invented; names of places are those of the table of divisions, so none of it may be shown to anybody.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic_core import from_json

from infra.simulator.reports import Office, make_report, render
from model.agency import Agency, AgencyName
from model.canonical import canonical_json
from model.divisions import divisions, level_of
from model.document import VersionRecord
from parsers import Part, parse_document
from storage.archive import Archive
from storage.local_folder import LocalFolder
from tests.storage_samples import a_version

YEARS = range(2015, 2025)
DEPARTMENTS = ("人民政府", "财政局", "教育局", "公安局", "民政局", "司法局", "水务局", "审计局", "统计局", "交通运输局")
WORDS = ("主动", "公开", "行政", "复议", "申请", "办理", "解读", "微信", "平台", "监督", "培训", "审查", "目录", "答复")
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
SAMPLE = a_version("a", 1, b"page")


@cache
def codes() -> list[tuple[str, str]]:
    return [(code, name) for code, name in sorted(divisions().items()) if code != "000000"]


def agency_id(number: int) -> str:
    digits = [LETTERS[(number >> (5 * place)) % 32] for place in range(12)]
    return "a" + "".join(reversed(digits))


def number_of(report: str) -> int:
    """The number of an agency, from its id or a report's."""
    number = 0
    for letter in report[1:13]:
        number = number * 32 + LETTERS.index(letter)
    return number


def agency(number: int) -> Agency:
    code, place = codes()[(number * 37) % len(codes())]
    name = f"{place}{DEPARTMENTS[number % len(DEPARTMENTS)]}"
    kind = "government" if number % len(DEPARTMENTS) == 0 else "department"
    return Agency(id=agency_id(number), region=code, level=level_of(code), kind=kind, names=(AgencyName(name=name),))


def record(report: str) -> VersionRecord:
    who = agency(number_of(report))
    year = int(report.split("-")[1])
    facts = {"report_id": report, "agency_id": who.id, "agency_name": who.name, "report_year": year}
    facts |= {"title": f"{who.name}{year}年政府信息公开工作年度报告", "parser_digest": report}
    return SAMPLE.model_copy(update=facts)


@cache
def template(year: int, variant: int, lean: bool) -> str:
    """The public JSON of one generated report, with a mark in the place of its text. `lean`: a tenth of its values."""
    era = "form2021" if year >= 2021 else "form2019"
    content = render(make_report(variant, Office(name="青禾市财政局"), max(year, 2019), era), "clean").content
    parsed = parse_document([Part("page", content, "text/html")]).model_dump(mode="json")
    parsed["sections"] = {"overview": {"heading": "一、总体情况", "text": "@@"}}
    if lean:
        some = [name for name in parsed["values"] if name.endswith(".total")][:20]
        parsed |= {part: {name: parsed[part][name] for name in some} for part in ("values", "cells")}
        parsed |= {"checks": [], "claims": []}
    if variant == 3:
        finding = {"code": "APP-SUM", "place": "applications.total.total", "severity": "error", "fault": "source"}
        parsed |= {"verdict": "flagged", "findings": [{**finding, "message": "does not add up"}]}
    return json.dumps(parsed, ensure_ascii=False)


class Generated(LocalFolder):
    """`agencies` agencies with ten reports each; everything else lies in the folder."""

    agencies = 0

    def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
        if prefix == "reports/":
            for number in range(self.agencies):
                for year in YEARS:
                    yield f"reports/{agency_id(number)}-{year}-own/1.json"
        elif prefix == "agencies/":
            for number in range(self.agencies):
                yield f"agencies/{agency_id(number)}/1.json"
        elif prefix.startswith("reports/") or prefix.startswith("agencies/"):
            yield f"{prefix.rstrip('/')}/1.json"
        else:
            yield from super().list(prefix, start_after)

    def read(self, key: str) -> bytes:
        if key.startswith("reports/"):
            return canonical_json(record(key.split("/")[1]))
        if key.startswith("agencies/"):
            return canonical_json(agency(number_of(key.split("/")[1])))
        return super().read(key)


class GeneratedArchive(Archive):
    """Its parses are read from JSON each time, as they would be from a disk. `lean`: for what counts reports only."""

    lean = False

    def parsed(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:  # noqa: ARG002 - by protocol
        number, year = number_of(parser_digest), int(parser_digest.split("-")[1])
        text = "，".join(WORDS[(number * 7 + i * i) % 14] + WORDS[(number + i + year) % 14] for i in range(50))
        told = template(year, number % 7, self.lean).replace("@@", f"第{number}号机关。{text}")
        found: dict[str, Any] = from_json(told)  # as the archive reads its records
        return found
