"""Rebuilding the catalogue and searching it: time and memory at several sizes of archive.

`GONGKAI_BENCH_REPORTS=100000,2000000 python -m tests.bench catalogue` for those sizes; the default is small.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.document import VersionRecord
from storage.archive import Archive
from storage.catalogue import Catalogue
from tests.benching import Figures, Item
from tests.generated_store import Generated
from tests.storage_samples import a_version

SIZES = tuple(int(size) for size in os.environ.get("GONGKAI_BENCH_REPORTS", "2000,10000").split(","))
WORDS = ("主动", "公开", "行政", "复议", "申请", "办理", "解读", "微信", "平台", "监督", "培训", "审查", "目录", "答复")
SAMPLE = a_version("a", 1, b"page")


class GeneratedArchive(Archive):
    """Its parses are made when they are asked for: twenty figures and a hundred words of text."""

    def parsed(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:  # noqa: ARG002 - by protocol
        number = int(parser_digest)
        text = "，".join(WORDS[(number * 7 + i * i) % len(WORDS)] + WORDS[(number + i) % len(WORDS)] for i in range(50))
        values = {f"applications.row{i}.total": number % (i + 2) for i in range(20)}
        cells = {name: {"state": "number", "raw": ""} for name in values}
        return {
            "verdict": "verified" if number % 10 else "flagged",
            "sections": {"overview": {"text": f"第{number}号。{text}"}},
            "values": values,
            "cells": cells,
            "findings": [],
        }


def report_id(number: int) -> str:
    return f"b{number:07d}-{2015 + number % 10}-own"


def record(number: int) -> VersionRecord:
    name = f"青禾市第{number // 10}局"
    facts = {"report_id": report_id(number), "agency_id": f"b{number:07d}", "agency_name": name}
    facts |= {"report_year": 2015 + number % 10, "title": f"{name}年度报告", "parser_digest": str(number)}  # type: ignore[dict-item]
    return SAMPLE.model_copy(update=facts)


def measured(size: int, place: str) -> tuple[str, ...]:
    """In this process: seconds to build, MB at most, milliseconds to search."""
    folder = Path(place)
    store = Generated(folder, record, size)
    index = Catalogue(GeneratedArchive(store), folder / "catalogue.sqlite")
    begin = time.perf_counter()
    index.rebuild()
    built = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times = []
    for look in (
        lambda: index.find_reports([f"青禾市第{size // 20}局"]),
        lambda: index.search_text(["解读", "微信"], [2020], 20),
        lambda: index.search_text([f"第{size // 2}号"], [], 20),
        lambda: index.values.read("applications.row7.total", [2020]),
    ):
        begin = time.perf_counter()
        assert look(), "found nothing"
        times.append(1000 * (time.perf_counter() - begin))
    bytes_there = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return (
        f"{size:,}", f"{built:.1f}", f"{size / built:,.0f}", f"{peak:.0f}", f"{bytes_there / 1e6:.0f}",
        *(f"{t:.0f}" for t in times),
    )  # fmt: skip


def bench() -> Iterator[Item]:
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            # A process of its own: the peak of memory is that of a process.
            code = f"from tests.bench_catalogue import measured; print(*measured({size}, {folder!r}))"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            rows.append(tuple(done.stdout.split()))
    heads = ("reports", "build s", "per s", "peak MB", "on disk MB", "name ms", "text ms", "rare text ms", "values ms")
    yield Figures("catalogue: built from records, then searched", heads, rows)
