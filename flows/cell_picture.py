"""The page on which a value stands, as a picture with its cell framed."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.errors import BadQuery, NeedsReview
from parsers import Part
from parsers.parts import member_of

# attachment 2, 年报.pdf, page 3, box 71 332 120 350
PLACE = re.compile(r"^(?P<within>.*?)page (?P<page>\d+), box (?P<box>-?\d+ -?\d+ -?\d+ -?\d+)$", re.DOTALL)
SECONDS = 60
ROOT = str(Path(__file__).resolve().parents[1])
START = "import sys; sys.path.insert(0, sys.argv[1]); from parsers.readers.pdf.picture import main; main(sys.argv[2:])"


def picture_of(parsed: dict[str, Any], field_id: str, parts: Sequence[Part]) -> bytes:
    """The PNG of the page on which a value of a parsed report stands.

    Raises BadQuery for a value that no page shows, NeedsReview where the page cannot be drawn.
    """
    cell = parsed["cells"].get(field_id)
    if cell is None:
        near = ", ".join(i for i in parsed["cells"] if i.rpartition(".")[2] == field_id.rpartition(".")[2])
        raise BadQuery(f"no cell was found for {field_id!r}" + (f"; there are {near[:300]}" if near else ""))
    place = PLACE.match(cell["where"])
    if place is None:
        raise BadQuery(f"{field_id} stands at {cell['where']}; only pages of PDFs can be drawn")
    content = member_of(parts, place["within"])
    if content is None:
        raise NeedsReview(f"the file of {cell['where']} is not among the parts of this version")
    command = [sys.executable, "-c", START, ROOT, place["page"], *place["box"].split()]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NeedsReview(f"drawing {cell['where']} took more than {SECONDS} seconds") from None
    if done.returncode or not done.stdout:
        told = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise NeedsReview(f"{cell['where']} cannot be drawn: {told[0]}")
    return done.stdout
