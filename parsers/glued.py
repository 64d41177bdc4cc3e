"""Digits that stick to a label and to one another: read only where one split is possible."""

import itertools
import re
from collections.abc import Iterator

from model.forms import Form, FormTable
from model.normal_text import label_key
from model.vocabulary import CellState, ReadMethod
from parsers.alignment import Alignment, Placed
from parsers.cells import UNIT, Content

DIGITS = re.compile(r"^[\d.]+")
ALONE = re.compile(r"[-+–—―─/,]")
ALSO_CELLS = re.compile(rf"[-+–—―─/,\\oO〇○零]|(?:{UNIT})|暂?无(?!法|正当)|不涉及|未涉及|没有(?!现成)")
MOST_SPLITS = 20_000
MOST_DIGITS = 60
LONGEST_NUMBER = 18


def splits(digits: str, count: int) -> Iterator[tuple[int, ...]]:
    """All ways to cut digits into so many whole numbers without leading zeros."""
    if count == 1:
        if digits == "0" or (digits and digits[0] != "0"):
            yield (int(digits),)
        return
    longest = 1 if digits[:1] == "0" else len(digits) - count + 1
    for size in range(1, min(longest, 9) + 1):
        for rest in splits(digits[size:], count - 1):
            yield (int(digits[:size]), *rest)


def sums_to_last(split: tuple[int, ...]) -> bool:
    return sum(split[:-1]) == split[-1]


def _segments(text: str, table: FormTable) -> Iterator[tuple[tuple[str, ...], str]]:
    rows = [(label_key(r.label), tuple(table.field_id(b, r, c) for c in b.leaves))
            for b in table.blocks for r, _ in table.value_rows(b)]  # fmt: skip
    if not table.label_width:
        return
    # 规章 and 行政许可 stand in the prose too: the table begins at the name of its first block.
    places: list[tuple[int, str, tuple[str, ...]]] = []
    first = label_key(table.blocks[0].label or "")
    cursor = max(text.rfind(first), 0) if first else 0
    for label, fields in rows:
        at = text.find(label, cursor)
        places.append((at, label, fields))
        cursor = at + len(label) if at >= 0 else cursor
    for n, (at, label, fields) in enumerate(places):
        if at < 0:
            continue
        following = next((p for p, _, _ in places[n + 1 :] if p >= 0), len(text))
        row = text[at + len(label) : following]
        if match := DIGITS.match(row):
            # 37-10, 5件3件, 12无: what stands behind the digits is a cell, too, or its unit.
            goes_on = ALONE.match(row[match.end() :]) if len(fields) == 1 else ALSO_CELLS.match(row[match.end() :])
            yield fields, "" if goes_on else match[0].rstrip(".")


def _candidates(digits: str, fields: tuple[str, ...]) -> list[tuple[int | float, ...]]:
    if not digits:
        return []
    if len(fields) == 1:
        if len(digits) > LONGEST_NUMBER:
            return []
        return [(float(digits) if "." in digits else int(digits),)] if digits.count(".") < 2 else []
    if "." in digits or len(digits) > MOST_DIGITS:
        return []
    every = itertools.islice(splits(digits, len(fields)), MOST_SPLITS)
    return [s for s in every if not fields[0].startswith("applications.") or sums_to_last(s)]


def read_glued(text: str, form: Form, found: Alignment) -> bool:
    """Places what one split allows; the rest is doubted. `text` is squeezed. True when anything was glued."""
    keyed = label_key(text)
    open_rows: dict[tuple[str, ...], list[tuple[int | float, ...]]] = {}
    anything = False
    for table in form.tables:
        for fields, digits in _segments(keyed, table):
            if fields[0] in found.placed:
                continue
            anything = True
            open_rows[fields] = _candidates(digits, fields)
        if not table.label_width and (strip := _strip_digits(keyed, table)):
            anything = True
            open_rows[tuple(f.id for f in table.fields)] = _strip_splits(strip, len(table.fields))
    if not anything or not any(value == 0 for rows in open_rows.values() for row in rows for value in row):
        return False
    _narrow(form, open_rows)
    for fields, rows in open_rows.items():
        for n, field_id in enumerate(fields):
            if len(rows) == 1:
                value = rows[0][n]
                content = Content(CellState.NUMBER, value)
                found.placed[field_id] = Placed(content, str(value), "glued text", "", ReadMethod.PROOF)
                found.doubts.pop(field_id, None)
            else:
                found.doubts[field_id] = "glued"
    return True


def _strip_digits(text: str, table: FormTable) -> str:
    last = label_key(table.fields[-1].column_label)
    head = text.rfind(label_key(table.fields[-2].column_label) + last)
    rest = text[head + len(label_key(table.fields[-2].column_label) + last) :] if head >= 0 else ""
    match = re.match(r"^\d+", rest)
    return match[0] if match and len(match[0]) >= len(table.fields) else ""


def _strip_splits(digits: str, count: int) -> list[tuple[int | float, ...]]:
    """Table 4: three blocks of five, each of which ends with its sum."""
    if len(digits) == count:
        return [tuple(int(d) for d in digits)]
    if count != 15 or len(digits) > 40:
        return []
    found: list[tuple[int | float, ...]] = []
    for a in range(5, len(digits) - 9):
        first = [s for s in splits(digits[:a], 5) if sums_to_last(s)]
        for b in range(a + 5, len(digits) - 4) if first else ():
            second = [s for s in splits(digits[a:b], 5) if sums_to_last(s)]
            third = [s for s in splits(digits[b:], 5) if sums_to_last(s)] if second else []
            found.extend((*x, *y, *z) for x in first for y in second for z in third)
    return found[:MOST_SPLITS]


def _narrow(form: Form, rows: dict[tuple[str, ...], list[tuple[int | float, ...]]]) -> None:
    """Uses the sums over columns where rows alone leave a choice."""
    undecided = [fields for fields, options in rows.items() if len(options) > 1]
    involved = [f for f in undecided if f[0].startswith("applications.")]
    size = 1
    for fields in involved:
        size *= len(rows[fields])
    if not involved or size > MOST_SPLITS:
        return
    fixed = {i: v for f, o in rows.items() if len(o) == 1 for i, v in zip(f, o[0], strict=True)}
    binding = [i for i in form.identities if i.binds and any(x in f for f in involved for x in i.ids)]
    good = []
    for choice in itertools.product(*(rows[f] for f in involved)):
        values = dict(fixed)
        for fields, split in zip(involved, choice, strict=True):
            values.update(zip(fields, split, strict=True))
        if all(
            sum(values[x] for x in i.left) == sum(values[x] for x in i.right)
            for i in binding if all(x in values for x in i.ids)
        ):  # fmt: skip
            good.append(choice)
    if len(good) == 1:
        for fields, split in zip(involved, good[0], strict=True):
            rows[fields] = [split]
