"""`python -m tests.write_report_schema`: writes docs/schema/report.schema.json from the models."""

import json
from pathlib import Path

from model.report import Report

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "schema" / "report.schema.json"
    target.write_text(json.dumps(Report.model_json_schema(), ensure_ascii=False, indent=2) + "\n", "utf-8")
