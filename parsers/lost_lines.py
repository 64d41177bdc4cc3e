"""Rows beside rows that were lost: a figure that may be the lost row's, a label that may belong to its group."""

import itertools

from parsers.alignment import Alignment
from parsers.labels import LabelIndex, Target
from parsers.page import Page, Row

REASON = "group_unclear"


def doubt_before_lost_rows(page: Page, index: LabelIndex, found: Alignment) -> None:
    """Text with one cell on each line: where a row is lost, its last lines may be left, and stand behind the label of
    the row before it as that row's figures would."""
    behind = dict(itertools.pairwise((t.table, t.row) for t in index.targets))
    placed = found.heads | {(t.table, t.row) for t in index.targets if any(i in found.placed for i in t.fields)}
    for at, target in found.order:
        lost = behind.get((target.table, target.row))
        item = page.items[at]
        if lost and lost[0] == target.table and lost not in placed and isinstance(item, Row) and item.lined:
            for field_id in target.fields:
                found.doubts.setdefault(field_id, "before_a_lost_row")


def doubt_unclear_groups(index: LabelIndex, found: Alignment) -> None:
    """A label that stands in several groups, without the row above it, while the head of another of them is lost: it
    may be that one's. 其他情形数 behind 四、行政复议数量, and no 五、行政诉讼数量."""
    by_row = {(t.table, t.row): t for t in index.targets}
    above = {b: a for a, b in itertools.pairwise((t.table, t.row) for t in index.targets if t.fields)}
    before: Target | None = None
    for _, target in found.order:
        told = before is not None and found.doubts.get(before.fields[0]) != REASON
        follows = told and before is not None and (before.table, before.row) == above.get((target.table, target.row))
        before = target
        if target.scope != "group" or follows or target.fields[0] not in found.placed:
            continue
        for other in index.targets:
            if other.pattern.pattern != target.pattern.pattern or other.above == target.above or not other.above:
                continue
            head = by_row.get((other.table, other.above[-1]))
            if head is not None and head.fields and head.fields[0] not in found.placed:
                found.doubts.update((i, REASON) for i in target.fields)
