"""`python -m tests.measure_hostile`: time and peak memory (Linux) of each hostile document, read on its own."""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from parsers import Part, parse_document
from tests.hostile import HOSTILE

LONGEST = 120
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def one(name: str) -> None:
    """Prints MB, seconds of the processor, MB that reading needed at its peak, verdict and reasons."""
    parse_document([Part("page", "一、总体情况".encode())])
    content = HOSTILE[name]()
    PEAK.write_text("5")  # forget the peak of making the document
    before, start = _memory("VmRSS"), time.process_time()
    report = parse_document([Part("page", content)])
    seconds, peak = time.process_time() - start, _memory("VmHWM") - before
    sys.stdout.write(f"{len(content) / 1e6:.1f}\t{seconds:.1f}\t{peak:.0f}\t{report.verdict.value}: {report.reasons}")


def _memory(key: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) / 1000


def main(chosen: list[str]) -> None:
    table = Table("document", "MB", "seconds", "peak MB", "answer")
    for name in [n for n in HOSTILE if not chosen or any(c in n for c in chosen)]:
        command = [sys.executable, "-m", "tests.measure_hostile", "--one", name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
        except subprocess.TimeoutExpired:
            table.add_row(name, "", f"> {LONGEST}", "", "none")
            continue
        table.add_row(name, *(done.stdout.split("\t") if done.returncode == 0 else ["", "", "", done.stderr[-100:]]))
    Console(width=170).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2])
    else:
        main(sys.argv[1:])
