"""What is found out about reports from outside of one document: kept under `findings/`, apart from the parses."""

from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from model.capture import Record
from model.report import YearFindings


class AcrossYears(Record):
    """A report against the one of the year before: a function of both documents and of the parser."""

    schema_version: str = "1"
    report_id: str
    last_report_id: str
    manifest: str
    last_manifest: str
    parser_digest: str
    reformed: bool = False
    found: YearFindings


class Adjudication(Record):
    """`findings/<report id>/adjudications/<n>.json`: what a person decided of a report, or of one cell of it.

    What is printed stays as it is, in every parse. The decision stands beside it for the document that was looked at:
    whatever parser reads that, and no longer when the agency publishes another.
    """

    schema_version: str = "1"
    report_id: str
    n: int = Field(ge=1)
    manifest: str = Field(description="Digest of the document that was looked at")
    cell: str | None = Field(None, description="Dotted id; none: the report as a whole")
    decision: Literal["as_printed", "value", "unreadable", "withdrawn"]
    """`as_printed`: the figure stands so in the source. `value`: this is what the source says or must have meant.
    `unreadable`: nobody can say. `withdrawn`: an earlier decision about the same thing no longer holds."""
    value: float | int | None = None
    printed: str | None = Field(None, description="What the cell prints, as read when it was decided")
    why: str = Field(min_length=1)
    by: str = Field(min_length=1)
    at: AwareDatetime

    @model_validator(mode="after")
    def _value_where_there_is_one(self) -> Self:
        if (self.decision == "value") is (self.value is None):
            raise ValueError("a value is given with the decision `value`, and only with that")
        if self.cell is None and self.decision in ("value", "unreadable"):
            raise ValueError(f"the decision `{self.decision}` needs a cell")
        return self


class Erratum(Record):
    """`findings/errata/<report id>/<n>.json`: a reader says that a cell was read wrong.

    Nothing follows from it by itself. It lands in `gongkai review`, and is closed by a decision about the cell that is
    made after it.
    """

    schema_version: str = "1"
    report_id: str
    n: int = Field(ge=1)
    manifest: str = Field(description="Digest of the document that was looked at")
    cell: str = Field(min_length=1, max_length=200, description="Dotted id")
    read_as: str | None = Field(None, max_length=200, description="What we show in the cell")
    should_be: str = Field(min_length=1, max_length=200, description="What the reader sees in the original")
    why: str = Field("", max_length=2_000)
    contact: str = Field("", max_length=200, description="How to answer the reader; shown to nobody but reviewers")
    at: AwareDatetime
