"""`python -m tests.fuzz [SECONDS]`: documents that grow towards code not yet reached, until something breaks.

Begins with generated reports, pieces of them, and what broke before (tests/broke). A document that raises, takes longer
than ten seconds or more than 2 GB is written to tests/broke, where the suite reads it from then on.
"""

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


def try_one(content: bytes) -> None:
    """Reads a document and looks at what must hold."""
    holds(parse_document([Part("page", content)]))


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


def main(seconds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        _seeds(Path(folder))
        KEPT.mkdir(exist_ok=True)
        options = [
            f"-max_total_time={seconds}", f"-timeout={LONGEST_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}",
            f"-max_len={MOST_BYTES}", f"-artifact_prefix={KEPT}/", "-print_final_stats=1", "-len_control=0",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, folder], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
