"""`python -m tests.fuzz [SECONDS]`: documents that grow towards code not yet reached, until something breaks.

Begins with generated reports, pieces of them, and what broke before (tests/broke). A document that raises, takes longer
than ten seconds or more than 2 GB is written to tests/broke, where the suite reads it from then on.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["parsers", "model"]):
    from parsers import Part, parse_document

from infra.simulator.reports import LAYOUTS, invent, render
from tests.reading_holds import holds

KEPT = Path(__file__).parent / "broke"
LONGEST_SECONDS, MOST_MEGABYTES, MOST_BYTES = 10, 2048, 60_000


def _seeds(folder: Path) -> None:
    for number, layout in enumerate(LAYOUTS):
        for form in ("form2021", "form2019"):
            (report,) = invent(1, form, number)  # type: ignore[arg-type]
            content = render(report, layout, number).content
            (folder / f"{layout}-{form}").write_bytes(content[:MOST_BYTES])
            third = len(content) // 3
            (folder / f"{layout}-{form}-part").write_bytes(content[third : third + 3000])
    for kept in sorted(KEPT.glob("*")):
        (folder / f"kept-{kept.name}").write_bytes(kept.read_bytes())


def _fuzz(seconds: str, folder: str, last: Path) -> None:
    def try_one(content: bytes) -> None:
        last.write_bytes(content)
        holds(parse_document([Part("page", content)]))

    options = [
        f"-max_total_time={seconds}", f"-timeout={LONGEST_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={MOST_BYTES}", "-print_final_stats=1", "-len_control=0",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, folder], try_one)
    atheris.Fuzz()


def main(seconds: str) -> int:
    """Fuzzes in a process of its own, so that whatever ends it leaves the document that did."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        folder, last = Path(place) / "documents", Path(place) / "last"
        folder.mkdir()
        _seeds(folder)
        done = subprocess.run([sys.executable, "-m", "tests.fuzz", seconds, str(folder), str(last)], check=False)
        if done.returncode and last.exists():
            content = last.read_bytes()
            kept = KEPT / hashlib.sha256(content).hexdigest()[:12]
            kept.write_bytes(content)
            sys.stderr.write(f"A document broke the parser; kept as {kept}\n")
        return done.returncode


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _fuzz(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "60"))
