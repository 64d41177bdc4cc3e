"""What programs read of a release before its tables: Data Package and RO-Crate."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from storage.releases.checksums import all_files, digest_of
from storage.releases.tables import tables

TITLE = "Annual reports on open government information of China (政府信息公开工作年度报告)"
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
MEDIA = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".cff": "text/yaml",
}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _resources(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "csv").rglob("*.csv*")):
        inner = path.relative_to(folder / "csv")
        table = inner.parts[0].partition(".")[0]
        named = "-".join([*inner.parts[:-1], inner.name.partition(".")[0]]).lower()
        packed = {"compression": "gz"} if path.suffix == ".gz" else {}
        yield {
            "name": named,
            "path": path.relative_to(folder).as_posix(),
            "title": tables()[table].title,
            "description": tables()[table].description,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8-sig",
            **packed,
            "bytes": path.stat().st_size,
            "hash": f"sha256:{digest_of(path)}",
            "schema": f"schemas/{table}.json",
        }


def data_package(folder: Path, version: str, day: date) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": "gongkai",
        "title": TITLE,
        "version": version,
        "created": f"{day.isoformat()}T00:00:00Z",
        "licenses": [LICENCE],
        "keywords": ["open government information", "China", "政府信息公开", "年度报告"],
        "sources": [{"title": "Portals of Chinese governments; the address of each report is in its row"}],
        "resources": list(_resources(folder)),
    }


def crate(folder: Path, version: str, day: date) -> dict[str, Any]:
    described = [
        {
            "@id": path.relative_to(folder).as_posix(),
            "@type": "File",
            "name": path.relative_to(folder).as_posix(),
            "contentSize": str(path.stat().st_size),
            "encodingFormat": MEDIA.get(path.suffix, "application/octet-stream"),
            "sha256": digest_of(path),
        }
        for path in all_files(folder)
        if path.name != "ro-crate-metadata.json"
    ]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": TITLE,
        "description": "Every figure of the reports with its state, its checks and its place in the source.",
        "version": version,
        "datePublished": day.isoformat(),
        "license": {"@id": LICENCE["path"]},
        "inLanguage": ["zh", "en"],
        "spatialCoverage": {"@id": "#china"},
        "hasPart": [{"@id": file["@id"]} for file in described],
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    china = {"@id": "#china", "@type": "Place", "name": "People's Republic of China"}
    licence = {"@id": LICENCE["path"], "@type": "CreativeWork", "name": LICENCE["title"]}
    graph = [about, root, china, licence, *described]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
