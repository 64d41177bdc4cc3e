"""Rows of figures that lost their label, between two rows that have one."""

import itertools

from parsers.alignment import Alignment, Placed
from parsers.cells import read_cell
from parsers.labels import LabelIndex


def fill_gaps(index: LabelIndex, found: Alignment) -> None:
    """Between two labelled rows, as many unlabelled rows of full length as rows are missing are taken in order."""
    rows = [t for t in index.targets if len(t.fields) > 1 and t.table not in index.strips]
    by_row = {(t.table, t.row): n for n, t in enumerate(rows)}
    order = [(at, by_row[t.table, t.row]) for at, t in found.order if (t.table, t.row) in by_row]
    for (start, first), (end, last) in itertools.pairwise(order):
        missing = [rows[n] for n in range(first + 1, last)]
        if not missing or any(f in found.placed for t in missing for f in t.fields):
            continue
        loose = []
        for at, row in found.loose_rows:
            if start < at < end:
                cells = list(row.cells)
                while len(cells) > len(missing[0].fields) and not cells[-1].text.strip():
                    cells.pop()
                if len(cells) == len(missing[0].fields):
                    loose.append((row, cells))
        if len(loose) != len(missing):
            continue
        for target, (row, cells) in zip(missing, loose, strict=True):
            for field_id, cell in zip(target.fields, cells, strict=True):
                found.placed[field_id] = Placed(read_cell(cell.text), cell.text, row.where(cell.column), "")
                found.doubts[field_id] = "no_label"
