"""What goes with the tables: descriptions for people and machines, known problems, checksums."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from model.capture import Record
from storage.releases.descriptors import LICENCE, TITLE, crate, data_package, write_json
from storage.releases.tables import dictionary, tables


class Release(Record):
    """`releases/<version>/release.json`, written last: with it a release is whole."""

    schema_version: str = "1"
    version: str
    day: date = Field(description="Day of the release")
    archive_at: str | None = Field(description="Time of the newest capture in it")
    parser: str | None = None
    software: str
    before: str | None = Field(None, description="Release that the delta is against")
    rows: dict[str, int]
    delta: dict[str, int] = Field(default_factory=dict)
    sums: str = Field(description="SHA-256 of SHA256SUMS, which has those of all other files")


def write_descriptions(
    folder: Path, version: str, day: date, rows: Mapping[str, int], delta: Mapping[str, int]
) -> None:
    """Data dictionary, README, licence, citation, Data Package and RO-Crate of the files that lie in the folder."""
    (folder / "schemas").mkdir(exist_ok=True)
    for name, table in tables().items():
        write_json(folder / "schemas" / f"{name}.json", table.frictionless())
    (folder / "data-dictionary.md").write_text(dictionary(), encoding="utf-8")
    (folder / "LICENSE.md").write_text(_licence(), encoding="utf-8")
    (folder / "CITATION.cff").write_text(_citation(version, day), encoding="utf-8")
    problems = write_known_problems(folder)
    (folder / "README.md").write_text(_readme(version, day, rows, delta, problems), encoding="utf-8")
    write_json(folder / "datapackage.json", data_package(folder, version, day))
    write_json(folder / "ro-crate-metadata.json", crate(folder, version, day))


def write_known_problems(folder: Path) -> Counter[str]:
    """`known-problems.csv`: the reports whose values need care, and why; how many of each verdict."""
    import pyarrow.parquet as pq

    counts: Counter[str] = Counter()
    columns = ["report_id", "report_year", "agency_name", "verdict", "suspects", "url"]
    with (folder / "known-problems.csv").open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(columns)
        for batch in pq.ParquetFile(folder / "parquet" / "reports.parquet").iter_batches(columns=columns):
            for row in batch.to_pylist():
                verdict = row["verdict"] or "not_read"
                counts[verdict] += 1
                if verdict not in ("verified", "narrative"):
                    lines.writerow([row[name] if name != "verdict" else verdict for name in columns])
    return counts


@cache
def caveats() -> Mapping[str, Any]:
    """`breaks` of series and `caveats`, as `caveats.yml` has them."""
    told: Mapping[str, Any] = yaml.safe_load(files("storage").joinpath("releases/caveats.yml").read_text("utf-8"))
    return told


def _licence() -> str:
    return (
        f"# Licence\n\nThe compilation, the checks and the findings: {LICENCE['title']} ({LICENCE['path']}).\n\n"
        "The reports themselves are documents of Chinese administrative authorities. Their texts are quoted as "
        "published; what you may do with them is for the law of your country to say.\n"
    )


def _citation(version: str, day: date) -> str:
    told = {
        "cff-version": "1.2.0",
        "message": "Name the release, and for a single figure the result of `gongkai cite`.",
        "type": "dataset",
        "title": TITLE,
        "version": version,
        "date-released": day.isoformat(),
        "license": LICENCE["name"],
        "authors": [{"name": "gongkai"}],
    }
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def _readme(
    version: str, day: date, rows: Mapping[str, int], delta: Mapping[str, int], problems: Mapping[str, int]
) -> str:
    caveat = [f"- **{one['title']}.** {one['text']}" for one in caveats()["caveats"]]
    breaks = [
        f"- **Break {one['before']} | {one['after']}: {one['title']}.** {one['text']}" for one in caveats()["breaks"]
    ]
    moved = [f"- {kind}: {count:,}" for kind, count in sorted(delta.items())]
    return (
        files("storage")
        .joinpath("releases/readme.md")
        .read_text("utf-8")
        .format(
            title=TITLE,
            version=version,
            day=day.isoformat(),
            tables="\n".join(f"| {name} | {rows.get(name, 0):,} | {t.description} |" for name, t in tables().items()),
            caveats="\n".join(caveat + breaks),
            problems="\n".join(f"| {verdict} | {count:,} |" for verdict, count in sorted(problems.items())),
            delta="\n".join(moved) or "- This is the first release, or nothing has changed.",
        )
    )
