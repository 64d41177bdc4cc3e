"""`gongkai parse FOLDER`: 500 and 5,000 documents on all cores; time, and the most memory of all processes together."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from infra.simulator.reports import LAYOUTS, invent, render
from tests.benching import Figures, Item
from tests.memory import tree_megabytes

DIFFERENT = 250
SIZES = (500, 5_000)
FORMS = ("form2021", "form2019")


def documents() -> Iterator[tuple[str, bytes]]:
    """Endless reports in all layouts; each has an agency, and so a text, of its own."""
    layouts = tuple(LAYOUTS)
    base = []
    for form in FORMS:
        for number, invented in enumerate(invent(DIFFERENT // len(FORMS), form, 70)):
            document = render(invented, layouts[number % len(layouts)], number)
            if document.layout not in ("gb18030_declared_utf8", "word_paste"):
                base.append((document, invented.agency.name.encode()))
    for number, (document, name) in enumerate(cycle(base)):
        content = document.content.replace(name, f"第{number}街道".encode() + name)
        yield f"{number:05}{document.suffix}", content


def parsed(folder: Path, jobs: int) -> tuple[float, float]:
    """Seconds of the command, and megabytes at its peak (a look every tenth of a second)."""
    cores = sorted(os.sched_getaffinity(0))[:jobs]
    start, most = time.perf_counter(), 0.0
    command = [sys.executable, "-c", "from flows.cli import main; main()", "parse", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        os.sched_setaffinity(running.pid, cores)
        while running.poll() is None:
            most = max(most, tree_megabytes(running.pid))
            time.sleep(0.1)
    assert running.returncode == 0
    return time.perf_counter() - start, most


def bench() -> Iterator[Item]:
    cores = len(os.sched_getaffinity(0))
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder, todo, there = Path(place), documents(), 0
        for size, jobs in ((SIZES[0], 1), *((size, cores) for size in SIZES)):
            for name, content in islice(todo, size - there):
                (folder / name).write_bytes(content)
            there = size
            took, most = parsed(folder, jobs)
            rows.append((str(size), str(jobs), f"{took:.1f}", f"{size / took:.0f}", f"{most:.0f}"))
    heads = ("documents", "cores", "seconds", "documents a second", "peak MB of all processes")
    yield Figures("gongkai parse FOLDER", heads, rows)
