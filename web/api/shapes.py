"""The shapes of the answers; the words in them are those of the closed lists."""

from datetime import date
from typing import Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from model.findings import Adjudication
from model.report import Check, Finding
from storage.catalogue import ReportRow
from storage.coverage import Coverage

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Some of what was asked for. `next`: the cursor of the rest (`after=`), none at the end."""

    items: list[Item]
    next: str | None = None


class Counted(Page[ReportRow]):
    """Reports with their counts. `exact`: `total` and the facets are; else they are upper bounds."""

    total: int
    exact: bool
    facets: dict[str, dict[str, int]]
    findings: dict[str, int]


class VersionOfReport(BaseModel):
    n: int
    reason: str
    corrects: int | None
    captured_at: AwareDatetime
    published_on: date | None
    title: str
    url: str
    manifest: str = Field(description="Digest of the document")
    parts: list[dict[str, JsonValue]]


class ReportDetail(BaseModel):
    """A report with its versions, by number, and the decisions that hold for the newest."""

    report: ReportRow
    versions: list[VersionOfReport]
    adjudications: list[Adjudication]
    against_last_year: list[Check]
    findings_against_last_year: list[Finding]


class ChangedCell(BaseModel):
    id: str
    label: str
    before: float | int | None = Field(serialization_alias="from")
    after: float | int | None = Field(serialization_alias="to")


class Difference(BaseModel):
    a: int
    b: int
    cells: list[ChangedCell]
    text: list[dict[str, Any]]


class ComparedPoint(BaseModel):
    """`scope`: whose figures the report tells; years of different scope are not directly comparable."""

    year: int
    value: float | int | None
    printed: str | None
    suspect: bool
    report_id: str
    version: int
    id: str
    scope: str


class ComparedLine(BaseModel):
    figure: str
    label: str
    label_en: str
    unit: str
    agency: str
    agency_name: str
    points: list[ComparedPoint]


class Comparison(BaseModel):
    """`breaks`: between these years the form changed, and the two sides are not directly comparable."""

    lines: list[ComparedLine]
    breaks: list[str] = ["2018/2019", "2020/2021"]


class PlaceCovered(BaseModel):
    region: str
    name: str | None
    agencies: int
    years: dict[str, int]


class AgencyFound(BaseModel):
    id: str
    name: str
    years: int


class PortalSeen(BaseModel):
    """`last` is null for a portal that is registered and was never visited."""

    portal: str
    runs: int
    last: Coverage | None


class Trouble(BaseModel):
    """What went wrong, with the status of the answer."""

    status: int
    message: str


class Failed(BaseModel):
    error: Trouble


Format = Literal["json", "csv"]
