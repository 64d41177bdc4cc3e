"""`gongkai diff`: cells and sentences that differ between any two versions, for people and for programs."""

import json
import re
from pathlib import Path

import pytest

from infra.simulator.reports import GeneratedReport
from model.capture import Capture, Row
from model.compare import Printed, changed_cells
from model.sentences import changed_sentences, changed_spans, sentences
from model.vocabulary import FetchState
from tests.commanding import gongkai
from tests.test_flows_settle import CELL, NEW, OLD, Answer, Story, page, report

SENTENCE = "全年没有发生因政府信息公开引起的行政诉讼败诉案件。"


def with_sentence(content: bytes, old: str = "</body>", new: str = f"<p>{SENTENCE}</p></body>") -> bytes:
    return content.decode().replace(old, new).encode()


def changed_figure(by: int = 17) -> GeneratedReport:
    before = report()
    return before.with_values({CELL: before.values[CELL] + by})


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Version 1; another layout of it; version 2 with a changed figure; version 3 with a further sentence."""
    told = Story(tmp_path / "archive")
    told.run({OLD: page(report())})
    told.run({OLD: page(report()).replace(b"</body>", b"<!-- again --></body>")})
    told.run({OLD: page(changed_figure())})
    told.run({OLD: with_sentence(page(changed_figure()))})
    assert told.chain == [(1, "first"), (2, "figures"), (3, "text")]
    return told


def told_json(story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> dict:  # type: ignore[type-arg]
    store = story.archive.store.describe().removeprefix("folder ")
    assert gongkai(monkeypatch, "diff", "青禾", "2024", "--store", store, "--json", *options) == 0
    found: dict = json.loads(capsys.readouterr().out)  # type: ignore[type-arg]
    return found


def test_cells_and_layouts(story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = told_json(story, monkeypatch, capsys, "--from", "1", "--to", "2")
    before = report().values[CELL]
    (cell,) = told["cells"]
    assert (cell["id"], cell["from"], cell["to"]) == (CELL, before, before + 17)
    assert (told["from"], told["to"], told["reason"], told["text"]) == (1, 2, "figures", [])
    assert told["layouts"] == {"from": 1, "to": 0}
    assert told["parts"] == {"removed": [], "added": []}
    (row,) = told["rows"]
    assert str(before + 17) in row["after"][0]


def test_the_newest_against_the_one_before_tells_the_sentence_in_its_place(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = told_json(story, monkeypatch, capsys)
    assert (told["from"], told["to"], told["cells"], told["rows"]) == (2, 3, [], [])
    (change,) = told["text"]
    assert (change["before"], change["after"], change["following"]) == ([], [SENTENCE], None)
    assert change["preceding"]


def test_backwards_and_over_two_steps(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forwards = told_json(story, monkeypatch, capsys, "--from", "1", "--to", "3")
    back = told_json(story, monkeypatch, capsys, "--from", "3", "--to", "1")
    assert len(forwards["cells"]) == len(forwards["text"]) == 1
    assert (back["cells"][0]["from"], back["cells"][0]["to"]) == (
        forwards["cells"][0]["to"],
        forwards["cells"][0]["from"],
    )
    assert back["text"][0]["before"] == [SENTENCE]


@pytest.mark.parametrize("options", [["--from", "2", "--to", "2"], ["--to", "9"], ["--to", "1"]])
def test_versions_that_there_are_not(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    store = story.archive.store.describe().removeprefix("folder ")
    assert gongkai(monkeypatch, "diff", "青禾", "2024", "--store", store, *options) == 2
    assert "has the versions 1 to 3; choose two of them" in capsys.readouterr().err


def test_one_version_says_in_how_many_layouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story(tmp_path)
    story.run({OLD: page(report())})
    story.run({OLD: page(report()).replace(b"</body>", b"<!-- again --></body>")})
    assert gongkai(monkeypatch, "diff", "青禾", "--store", str(tmp_path)) == 2
    assert "has one version, seen in 1 further layouts: nothing to compare yet" in capsys.readouterr().err


def test_what_a_person_sees(story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    store = story.archive.store.describe().removeprefix("folder ")
    assert gongkai(monkeypatch, "diff", "青禾", "2024", "--store", store, "--from", "1", "--to", "3") == 0
    out = capsys.readouterr().out
    before = report().values[CELL]
    assert "青禾市财政局 2024: version 1 → 3 (text)" in out
    assert re.search(rf"{before:,}\s+{before + 17:,}\s+{CELL}", out)
    assert f"+ {SENTENCE}" in out
    assert "version 1: first seen" in out
    assert ", in 2 layouts" in out


def test_a_blank_that_becomes_a_dash_is_a_change_and_so_is_one_that_becomes_zero() -> None:
    blank, dash, words = Printed("blank", ""), Printed("dash", "—"), Printed("text", "约5件")
    changes = changed_cells(
        {"a": None, "b": None, "c": None, "d": None, "e": 1},
        {"a": None, "b": 0, "c": None, "d": None, "e": 1},
        {},
        {"a": blank, "b": blank, "c": blank, "d": words},
        {"a": dash, "c": blank, "d": Printed("text", "约6件")},
    )
    assert [change.as_detail() for change in changes] == [
        {"id": "a", "label": "a", "from": None, "to": None, "from_state": "blank", "from_printed": ""}
        | {"to_state": "dash", "to_printed": "—"},
        {"id": "b", "label": "b", "from": None, "to": 0, "from_state": "blank", "from_printed": ""},
        {"id": "d", "label": "d", "from": None, "to": None, "from_state": "text", "from_printed": "约5件"}
        | {"to_state": "text", "to_printed": "约6件"},
    ]


def test_sentences_are_cut_after_their_ends_and_compared_in_order() -> None:
    old = sentences(["甲。乙；“丙。”丁", "戊"])
    assert old == ["甲。", "乙；", "“丙。”丁", "戊"]
    (change,) = changed_sentences(old, ["甲。", "乙二；", "“丙。”丁", "戊"])
    assert (change.before, change.after, change.preceding, change.following) == (
        ("乙；",),
        ("乙二；",),
        "甲。",
        "“丙。”丁",
    )
    assert changed_spans("共12件", "共13件。") == ([(2, 3)], [(2, 3), (4, 5)])


class Linked(Story):
    """A story whose answers may have a list row and another kind of file."""

    facts: dict[str, dict[str, object]]

    def _capture(self, run: str, number: int, url: str, answer: Answer) -> Capture:
        return super()._capture(run, number, url, answer).model_copy(update=self.facts.get(url, {}))


@pytest.fixture
def linked(tmp_path: Path) -> Linked:
    story = Linked(tmp_path / "archive")
    story.facts = {}
    story.run({OLD: page(report())})
    return story


def test_a_correction_at_its_own_address_is_linked(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row(url=NEW, title="青禾市财政局2024年政府信息公开工作年度报告（更正）", kind="report", flags=("correction",))
    linked.facts[NEW] = {"row": row}
    linked.run({OLD: FetchState.NOT_MODIFIED, NEW: page(changed_figure())})
    assert linked.kinds == ["collected", "corrected"]
    told = told_json(linked, monkeypatch, capsys)
    assert (told["to"], told["corrects"], told["rendition_of"], len(told["cells"])) == (2, 1, None, 1)
    store = linked.archive.store.describe().removeprefix("folder ")
    assert gongkai(monkeypatch, "diff", "青禾", "--store", store) == 0
    assert "the agency calls version 2 a correction of version 1" in capsys.readouterr().out


def test_the_same_figures_in_another_kind_of_file_are_a_rendition_and_no_news(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    linked.facts[NEW] = {"media_type": "application/xhtml+xml"}
    linked.run({OLD: FetchState.NOT_MODIFIED, NEW: with_sentence(page(report()))})
    assert linked.kinds == ["collected"]
    told = told_json(linked, monkeypatch, capsys)
    assert (told["to"], told["corrects"], told["rendition_of"], told["cells"]) == (2, None, 1, [])
    # Each address is compared with what it was itself: another layout of the page is no edit of the rendition.
    again = linked.run(
        {OLD: page(report()).replace(b"</body>", b"<!-- again --></body>"), NEW: FetchState.NOT_MODIFIED}
    )
    assert sorted(d.what for d in again.documents) == ["repeated", "unchanged"]
    linked.run({OLD: page(changed_figure()), NEW: FetchState.NOT_MODIFIED})
    assert linked.kinds == ["collected", "revised"]
    (cell,) = linked.archive.events()[-1].model_dump()["details"]["cells"]
    assert (cell["id"], cell["to"] - cell["from"]) == (CELL, 17)
    assert [v.rendition_of for v in linked.archive.versions(told["report_id"])] == [None, 1, None]
