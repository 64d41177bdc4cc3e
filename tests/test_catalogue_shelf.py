"""The shelf counts and pages as SQL over the same catalogue does."""

from collections.abc import Iterator
from sqlite3 import Connection

import pytest

from storage.catalogue import Catalogue
from storage.catalogue.browsing import Cube, Question, conditions
from storage.catalogue.shelf import Shelf, both
from storage.restrictions import Withheld
from tests.generated_explorer import Generated, GeneratedArchive

NOBODY = Withheld(frozenset(), frozenset(), frozenset(), frozenset())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("shelf")
    store = Generated(folder / "archive", fsync=False)
    store.agencies = 12
    archive = GeneratedArchive(store)
    archive.lean = True
    catalogue = Catalogue(archive, folder / "catalogue.sqlite")
    catalogue.rebuild()
    reading = catalogue.reading()
    yield reading
    reading.close()


ASKED = [
    Question(),
    Question(words=("复议",)),
    Question(words=("财政局", "2020")),
    Question(words=("第3号",), verdict=("flagged", "verified")),
    Question(year=("2019", "2020"), finding=("APP-SUM",)),
    Question(words=("公开",), region=("11", "13")),
    Question(region=("1101",), level=("county",)),
    Question(words=("没有这样的词",)),
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_pages_and_counts_are_those_of_sql(database: Connection, asked: Question) -> None:
    shelf = Shelf(database)
    masks = [shelf.everything(database, NOBODY), shelf.rest(database, asked)]
    masks += [shelf.word(database, word) for word in asked.words] + [shelf.having(code) for code in asked.finding]
    selection = shelf.selection(both(masks))
    where, values = conditions(asked, None)
    order = "ORDER BY r.report_year DESC, r.rowid DESC"
    wanted = [row for (row,) in database.execute(f"SELECT r.rowid FROM reports r WHERE {where} {order}", values)]
    found: list[int] = []
    after: str | None = None
    while True:
        page, after = shelf.page(selection.mask, asked, after, 7)
        found += page
        if after is None:
            break
    assert found == wanted
    assert selection.cube.total(asked) == len(wanted)
    for name, counted in selection.cube.counts(asked).items():
        told = getattr(asked, name)
        if not told:
            assert sum(counted.values()) == len(wanted), name
    chosen = dict(zip(("year", "verdict", "region", "level", "kind"), Cube.chosen(asked), strict=True))
    codes = shelf.count_findings(both([selection.mask, shelf.fitting(chosen)]), 30)
    sql = "SELECT f.code, count(DISTINCT r.rowid) FROM reports r JOIN findings f USING (report_id)"
    assert codes == dict(database.execute(f"{sql} WHERE {where} GROUP BY 1", values))


def test_what_is_withheld_is_counted_nowhere(database: Connection) -> None:
    shelf = Shelf(database)
    (one,) = database.execute("SELECT report_id FROM reports LIMIT 1").fetchone()
    mask = shelf.everything(database, Withheld(frozenset({one}), frozenset(), frozenset(), frozenset()))
    assert sum(mask) == len(shelf) - 1 == 119
