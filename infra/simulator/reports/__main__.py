"""`python -m infra.simulator.reports FOLDER --layout word_paste --count 100`: documents with their answer keys.

Writes `<layout>-<form>-<number>.html` (or .txt, .md) and beside each the expected values and cell states as `.json`.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import get_args

from infra.simulator.reports.collection import invent
from infra.simulator.reports.figures import Era
from infra.simulator.reports.layouts import LAYOUTS
from infra.simulator.reports.rendering import Rendered, render


def main(arguments: list[str] | None = None) -> int:
    """Write the documents; tell how many."""
    parser = argparse.ArgumentParser(prog="python -m infra.simulator.reports", description="Invented annual reports")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", action="append", choices=list(LAYOUTS), help="all layouts when not given")
    parser.add_argument("--form", action="append", choices=get_args(Era), help="both forms when not given")
    parser.add_argument("--count", type=int, default=1, help="documents of each layout and form")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for form in options.form or get_args(Era):
        for number, report in enumerate(invent(options.count, form, options.seed)):
            for layout in options.layout or LAYOUTS:
                rendered = render(report, layout, options.seed)
                stem = options.folder / f"{layout}-{form}-{number:04d}"
                stem.with_suffix(rendered.suffix).write_bytes(rendered.content)
                stem.with_suffix(".json").write_text(_key(rendered), "utf-8")
                written += 1
    sys.stdout.write(f"{written} documents in {options.folder}\n")
    return 0


def _key(rendered: Rendered) -> str:
    report = rendered.report
    key = {
        "report_year": report.year,
        "agency": report.agency.name,
        "title": report.title,
        "format_era": report.era,
        "values": rendered.values,
        "states": rendered.states,
        "extras": [vars(extra) for extra in rendered.extras],
    }
    return json.dumps(key, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    sys.exit(main())
