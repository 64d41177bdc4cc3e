"""The committed JSON Schema is that of the models, and what the parser prints satisfies the models."""

import json
from pathlib import Path

from model.report import Report
from parsers import Part, parse_document

SCHEMA = Path(__file__).parents[1] / "docs" / "schema" / "report.schema.json"


def test_the_committed_schema_is_fresh() -> None:
    written = json.loads(SCHEMA.read_text("utf-8"))
    assert written == Report.model_json_schema(), "python -m tests.write_report_schema"


def test_a_report_survives_its_json() -> None:
    report = parse_document([Part("page", "没有表格的一页".encode())])
    assert Report.model_validate_json(report.model_dump_json()) == report
