"""What a person has to look at, and what a person decided: beside what is printed, for the document looked at."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from model.document import PartRef, VersionRecord
from storage.archive import Archive
from storage.local_folder import LocalFolder
from tests.storage_samples import NOON, a_version

SOURCE = Path(__file__).parent / "reports" / "tianjin-rsj-2022" / "document.txt"
CELL = "applications.total.total"
REPORT = "aaaaaaaaaaaaa-2022-own"


def publish(archive: Archive, text: str) -> None:
    content = text.encode()
    part = PartRef(
        role="page", sha256=archive.keep_raw(content), size=len(content), media_type="text/plain", url="u", capture="c"
    )

    def following(known: "list[VersionRecord]") -> VersionRecord:
        sample = a_version(REPORT, len(known) + 1, content)
        return sample.model_copy(update={"manifest": sample.manifest.model_copy(update={"parts": (part,)})})

    archive.add_version(REPORT, following)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with one report whose grand total is printed wrongly."""
    monkeypatch.setenv("GONGKAI_STORE", str(tmp_path / "archive"))
    monkeypatch.setenv("COLUMNS", "200")
    archive = Archive(LocalFolder(tmp_path / "archive", fsync=False))
    archive.begin_run("run1", NOON)
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count("213") == 1
    publish(archive, text.replace("213", "218"))
    return archive


def ran(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def cell(told: str) -> dict[str, object]:
    (found,) = [c for c in json.loads(told)["cells"] if c["cell"] == CELL]
    return dict(found)


@pytest.mark.usefixtures("archive")
def test_a_flagged_report_is_listed_with_its_cells_and_what_would_fit() -> None:
    (line,) = ran("review", "--json")[1].splitlines()
    told = json.loads(line)
    assert (told["report_id"], told["verdict"], told["closed"]) == (REPORT, "flagged", False)
    assert CELL in told["suspect"]
    assert cell(ran("review", "2022", "--json")[1]) == {
        "cell": CELL,
        "label": "(七)总计",
        "printed": "218",
        "would_fit": 213,
        "reader_says": None,
        "decided": None,
    }
    assert "1 to look at" in ran("review")[1]


def test_a_decision_stands_beside_what_is_printed_and_survives_another_parser(archive: Archive) -> None:
    why = "the sum of its rows; the text says 213"
    code, told = ran("review", "2022", "--cell", CELL, "--value", "213", "--why", why, "--by", "li", "--json")
    assert (code, cell(told)["printed"], cell(told)["decided"]) == (0, "218", 213)
    (record,) = archive.adjudications(REPORT)
    assert (record.by, record.why, record.value, record.printed) == ("li", why, 213, "218")
    shown = json.loads(ran("show", "2022", "--json")[1])
    assert shown["values"][CELL] == 218
    assert [a["value"] for a in shown["adjudications"]] == [213]
    assert "decided value 213 by li" in ran("show", "2022")[1]
    # Another parser's reading of the same document changes nothing of it.
    manifest = archive.version(REPORT, 1).manifest.digest
    archive.keep_parsed(manifest, "tomorrow", {"verdict": "refused"})
    assert archive.standing(REPORT, manifest)[CELL].value == 213


def test_a_decision_falls_when_the_agency_publishes_another_document(archive: Archive) -> None:
    ran("review", "2022", "--accept", "--why", "looked at", "--by", "li")
    assert ran("review", "--json")[1] == ""
    assert len(ran("review", "--all", "--json")[1].splitlines()) == 1
    publish(archive, SOURCE.read_text(encoding="utf-8").replace("213", "219"))
    (line,) = ran("review", "--json")[1].splitlines()
    assert json.loads(line)["decided"] == 0
    (old,) = json.loads(ran("review", "2022", "--json")[1])["adjudications"]
    assert (old["why"], old["holds"]) == ("looked at", False)


def test_a_decision_can_be_withdrawn_and_stays_on_record(archive: Archive) -> None:
    ran("review", "2022", "--cell", CELL, "--as-printed", "--why", "so printed", "--by", "li")
    ran("review", "2022", "--cell", CELL, "--withdraw", "--why", "wrong page", "--by", "wang")
    assert [a.decision for a in archive.adjudications(REPORT)] == ["as_printed", "withdrawn"]
    assert cell(ran("review", "2022", "--json")[1])["decided"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["2022", "--cell", CELL, "--value", "1"], "with its --why"),
        (["2022", "--cell", "applications.total.totale", "--value", "1", "--why", "x"], CELL),
        (["2022", "--accept", "--cell", CELL, "--why", "x"], "--accept is for the whole report"),
        (["2022", "--value", "1", "--why", "x"], "need a --cell"),
        (["--accept"], "say of which report"),
    ],
)
@pytest.mark.usefixtures("archive")
def test_what_is_no_decision_is_refused_with_what_to_do(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["review", *arguments])
    assert told in str(result.exception)
