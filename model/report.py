"""The public JSON of one report: what `gongkai parse` prints, the archive keeps and releases are made of."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.vocabulary import (
    CellState,
    Evidence,
    Fault,
    ReadMethod,
    ReportVerdict,
    Severity,
    TableVerdict,
)

SCHEMA_VERSION = "1.0"
Number = int | float


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TableReading(Part):
    """How far one table can be trusted. `reasons` are codes; empty for `verified`."""

    verdict: TableVerdict
    evidence: Evidence | None = None
    era: str | None = None
    reasons: list[str] = Field(default_factory=list)


class AgencyReading(Part):
    """The agency as the document names it, resolved as far as the document allows."""

    name: str | None = None
    core_name: str | None = None
    division_code: str | None = None
    level: Literal["state", "province", "prefecture", "county", "township"] | None = None
    kind: str | None = None
    scope: Literal["own", "region_aggregate", "system_aggregate", "unknown"] = "unknown"


class SectionText(Part):
    """A part of the report in its own words; contact details are taken out."""

    heading: str
    text: str


# The parser alone makes cells, checks and claims, two hundred a report: they are validated where JSON is read.
@dataclass(slots=True, kw_only=True)
class CellReading:
    """One printed cell: its words, what they are, and where they stand."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    raw: str
    state: CellState
    unit: str | None = None
    where: str
    method: ReadMethod
    label: Annotated[str | None, Field(description="The label that claimed the cell")] = None


@dataclass(slots=True, kw_only=True)
class Check:
    """One identity or rule as assessed. `lenient`: blanks and dashes were taken for 0."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    code: str
    place: str
    mode: Literal["strict", "lenient"]
    passed: bool
    left: Number
    right: Number
    severity: Severity


class Finding(Part):
    """Something that is wrong or odd, and who is at fault."""

    code: str
    place: str
    severity: Severity
    fault: Fault
    message: str


class Proposal(Part):
    """A reading that would satisfy every identity; what is printed is never changed."""

    id: str
    printed: Number | None
    proposed: Number
    why: str


@dataclass(slots=True, kw_only=True)
class Claim:
    """A figure that the text names, with its place in the text, and the value that it agrees with."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    quote: str
    span: tuple[int, int]
    quantity: str
    number: Number
    compared_with: str | None = None
    agrees: bool | None = None


class Extra(Part):
    """A row of a table that the form does not know."""

    table: str
    label: str
    values: list[str]


class YearFindings(Part):
    """What a report and the one of the year before say together; it belongs to neither of them."""

    report_year: int | None = None
    last_year: int | None = None
    checks: list[Check] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)


class ParserIdentity(Part):
    """Which parser read the document; the digest covers code, forms and data tables."""

    version: str
    digest: str


class Report(Part):
    """The whole reading. `values` holds every id of each table that is there; null is never 0."""

    schema_version: str = SCHEMA_VERSION
    input: str | None = None
    sha256: str | None = None
    report_id: str | None = None
    verdict: ReportVerdict
    reasons: list[str] = Field(default_factory=list)
    tables: dict[str, TableReading] = Field(default_factory=dict)
    report_year: int | None = None
    agency: AgencyReading = Field(default_factory=AgencyReading)
    title: str | None = None
    published_on: str | None = None
    format_era: str | None = None
    sections: dict[str, SectionText] = Field(default_factory=dict)
    values: dict[str, Number | None] = Field(default_factory=dict)
    cells: dict[str, CellReading] = Field(default_factory=dict)
    suspect: list[str] = Field(default_factory=list)
    checks: list[Check] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    proposals: list[Proposal] = Field(default_factory=list)
    claims: list[Claim] = Field(default_factory=list)
    extras: list[Extra] = Field(default_factory=list)
    parser: ParserIdentity | None = None
