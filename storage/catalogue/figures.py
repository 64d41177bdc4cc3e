"""The figures of each report's newest version, packed in a row: what a comparison needs without opening parses.

The values of a report take about 150 bytes so, a four hundredth of its parse. Asking one figure of all reports
is `values`; asking some figures of some agencies is here.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

PLACE = "(SELECT rowid FROM reports WHERE report_id = ?)"


class Figure(NamedTuple):
    """One value of a report. `value` is None where no number is printed: `state` says what stands there, `printed` as
    it stands; both None where the parse knows no cell."""

    value: float | int | None
    suspect: bool
    state: str | None = None
    printed: str | None = None


class ReportFigures(NamedTuple):
    """Those figures of a report's newest version that were asked for and that it has, by dotted id."""

    agency_id: str
    report_year: int
    scope: str
    report_id: str
    n: int
    figures: dict[str, Figure]


class Packing:
    """Packs figures within a transaction of the caller; numbers each id when it is met first."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._numbers: dict[str, int] = {}

    def put(self, report_id: str, n: int, parsed: Mapping[str, Any] | None) -> None:
        """The figures of a report's newest version in place of what was there; None: no parser has read it."""
        if parsed is None:
            self._database.execute(f"DELETE FROM figures WHERE place = {PLACE}", (report_id,))
            return
        row = (report_id, n, self._packed(parsed))
        self._database.execute(f"INSERT OR REPLACE INTO figures VALUES ({PLACE}, ?, ?)", row)

    def _packed(self, parsed: Mapping[str, Any]) -> bytes:
        found, cells, suspect = parsed.get("values") or {}, parsed.get("cells", {}), set(parsed.get("suspect", ()))
        numbers = {self._number(name): name for name in found}
        order = sorted(numbers)
        printed: dict[tuple[str, str], list[int]] = {}
        for number in order:
            if found[name := numbers[number]] is None and name in cells:
                printed.setdefault((cells[name]["state"], cells[name]["raw"]), []).append(number)
        told = (
            _ranges(order),
            [found[numbers[number]] for number in order],
            sorted(self._number(name) for name in suspect.intersection(found)),
            [(state, raw, having) for (state, raw), having in printed.items()],
        )
        return zlib.compress(to_json(told))

    def _number(self, name: str) -> int:
        if (number := self._numbers.get(name)) is None:
            # Another process may have numbered it since: what stands in the table holds.
            self._database.execute("INSERT OR IGNORE INTO value_ids (id) VALUES (?)", (name,))
            found = self._database.execute("SELECT number FROM value_ids WHERE id = ?", (name,)).fetchone()
            number = self._numbers[name] = int(found[0])
        return number


def figures_of(
    database: sqlite3.Connection, agencies: Sequence[str], first: int, last: int, ids: Sequence[str]
) -> Iterator[ReportFigures]:
    """Some figures of some agencies' newest versions that a parser has read, by agency and year.

    Of several reports of an agency and year its own comes first. What is withheld is not left out here.
    """
    # The rows before the numbers: a number that a row speaks of is there when the row is.
    rows = database.execute(
        "SELECT r.agency_id, r.report_year, r.scope, r.report_id, f.n, f.told FROM reports r"
        " JOIN figures f ON f.place = r.rowid AND f.n = r.newest"
        f" WHERE r.agency_id IN ({','.join('?' * len(agencies))}) AND r.report_year BETWEEN ? AND ?"
        " ORDER BY r.agency_id, r.report_year, r.scope = 'own' DESC, r.scope",
        (*agencies, first, last),
    ).fetchall()
    asked = f"SELECT id, number FROM value_ids WHERE id IN ({','.join('?' * len(ids))})"
    numbers = dict(database.execute(asked, list(ids)).fetchall())
    for agency, year, scope, report_id, n, told in rows:
        yield ReportFigures(agency, year, scope, report_id, n, _unpacked(told, numbers))


def _unpacked(told: bytes, numbers: Mapping[str, int]) -> dict[str, Figure]:
    ranges, values, suspect, printed = from_json(zlib.decompress(told))
    found = {}
    for name, number in numbers.items():
        if (at := _place(ranges, number)) is None:
            continue
        value = values[at]
        state, raw = next(((s, r) for s, r, having in printed if number in having), (None, None))
        found[name] = Figure(value, number in suspect, state, raw)
    return found


def _ranges(numbers: Iterable[int]) -> list[int]:
    """Ascending numbers as first, how many, first, how many: a form's ids were numbered in one go."""
    ranges: list[int] = []
    for number in numbers:
        if ranges and ranges[-2] + ranges[-1] == number:
            ranges[-1] += 1
        else:
            ranges += [number, 1]
    return ranges


def _place(ranges: Sequence[int], number: int) -> int | None:
    before = 0
    for first, count in zip(ranges[::2], ranges[1::2], strict=True):
        if first <= number < first + count:
            return before + number - first
        before += count
    return None
