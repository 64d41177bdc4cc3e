"""The page on which a value stands, as a picture with its cell framed."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.errors import BadQuery, NeedsReview
from parsers import Part
from parsers.parts import member_of
from parsers.readers.apart import KEPT

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
    return drawn_page(content, int(place["page"]), place["box"].split(), told=cell["where"])[0]


def drawn_page(
    content: bytes, page: int, box: Sequence[str] = (), *, longest: int = 4_000, seconds: int = SECONDS, told: str = ""
) -> tuple[bytes, int, float, float]:
    """A page of a PDF, or a picture file, as (PNG, pages, width, height); drawn in a child process.

    Raises NeedsReview where it cannot be drawn. `told`: what it is called in that case.
    """
    told = told or f"page {page}"
    command = [sys.executable, "-c", START, ROOT, str(page), str(longest), *box]
    # Keys and passwords are nothing for it.
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False, env=kept)
    except subprocess.TimeoutExpired:
        raise NeedsReview(f"drawing {told} took more than {seconds} seconds") from None
    head, _, png = done.stdout.partition(b"\n")
    if done.returncode or not png.startswith(b"\x89PNG"):
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise NeedsReview(f"{told} cannot be drawn: {why[0]}")
    facts = json.loads(head)
    return png, int(facts["pages"]), float(facts["width"]), float(facts["height"])
