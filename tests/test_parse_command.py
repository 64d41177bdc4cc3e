"""`gongkai parse`: one line for each input, in order; exit codes; many inputs at once; a value explained."""

import io
import json
import os
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from infra.simulator.reports import invent, render
from parsers.command import FEW, inputs, parse_paths, run_parse
from parsers.many import AHEAD, CHUNK, Answer, read_many
from tests.memory import tree_megabytes

REPORTS = Path(__file__).parent / "reports"
TIANJIN = str(REPORTS / "tianjin-rsj-2022" / "document.txt")
SHANGHAI = str(REPORTS / "shanghai-office-2019" / "document.html")


def _run(paths: list[str], **options: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    wanted = {"url": None, "previous": None, "pretty": False, "explain": None, **options}
    return run_parse(paths, out=out, err=err, **wanted), out.getvalue(), err.getvalue()  # type: ignore[arg-type]


def test_lines_come_in_the_order_of_the_inputs() -> None:
    code, out, err = _run([SHANGHAI, TIANJIN])
    assert (code, err) == (0, "")
    assert [json.loads(line)["input"] for line in out.splitlines()] == [SHANGHAI, TIANJIN]


def test_an_input_that_cannot_be_read_is_told_and_the_others_answered() -> None:
    code, out, _ = _run(["/no/such/file", TIANJIN])
    missing, read = map(json.loads, out.splitlines())
    assert code == 1
    assert missing["input"] == "/no/such/file"
    assert "No such file" in missing["error"]
    assert read["verdict"] == "verified"


def test_a_folder_is_its_files_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("空", "utf-8")
    assert [Path(p).name for p in inputs([str(tmp_path)])] == ["a.txt", "b.txt"]


def test_many_inputs_are_read_by_several_processes_in_order(tmp_path: Path) -> None:
    content = Path(TIANJIN).read_bytes()
    for number in range(FEW + 6):
        (tmp_path / f"{number:03}.txt").write_bytes(content)
    found = [json.loads(answer.line) for answer in parse_paths(inputs([str(tmp_path)]), jobs=2)]
    assert [Path(r["input"]).name for r in found] == [f"{n:03}.txt" for n in range(FEW + 6)]
    assert {r["verdict"] for r in found} == {"verified"}


def test_a_value_is_explained() -> None:
    code, out, _ = _run([TIANJIN], explain="applications.new_received.natural_person")
    assert code == 0
    assert "applications.new_received.natural_person = 200" in out
    assert "cell     table 1, row 18, column 2 prints '200' (number)" in out
    assert "claimed  by the label 一、本年新收政府信息公开申请数量, column by its position" in out
    assert "verdict  table verified; this value is not in doubt" in out
    assert "APP-ROW at applications.new_received: 212 = 212 (200 + 12): passed" in out
    assert "APP-BALANCE at applications.total.natural_person: 207 (200 + 7) = 207 (201 + 6): passed" in out


def test_a_contradiction_is_explained_with_its_proposal(tmp_path: Path) -> None:
    (invented,) = invent(1, "form2021", 8)
    field_id = "applications.results.disclosed.natural_person"
    true = invented.values[field_id]
    changed = tmp_path / "changed.html"
    changed.write_bytes(render(invented.with_values({field_id: true + 3}), "clean").content)
    _, out, _ = _run([str(changed)], explain=field_id)
    assert f"{field_id} = {true + 3}" in out
    assert "this value may be wrong" in out
    assert "check    APP-SUM at applications.total.natural_person" in out
    assert "FAILED" in out
    assert f"proposal {true} for {true + 3}: the only value that satisfies" in out


@pytest.mark.parametrize(
    ("field_id", "told"),
    [
        ("applications.new_recieved.natural", "nearest: applications.new_received.natural_person"),
        ("upheld", "nearest: review_litigation.administrative_review.upheld"),
        ("proactive.art20_9.centralized_procurement.projects", "not in the form of this table, form2021"),
        ("zzz", "ids look like proactive.art20_1.regulations.issued"),
    ],
)
def test_an_unknown_value_is_told_with_the_nearest(field_id: str, told: str) -> None:
    code, out, err = _run([TIANJIN], explain=field_id)
    assert (code, out) == (2, "")
    assert told in err


def test_a_document_without_tables_has_nothing_to_explain(tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text("通知", "utf-8")
    code, out, err = _run([str(tmp_path / "notice.txt")], explain="applications.total.total")
    assert (code, out) == (2, "")
    assert "this document has no table applications" in err


def _answer(path: str) -> Answer:
    if path == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    return Answer(str(int(path)))


def test_an_input_that_kills_its_worker_is_told_and_the_others_go_on() -> None:
    paths = [*map(str, range(50)), "kills", "no number", *map(str, range(50, 100))]
    found = list(read_many(paths, _answer, jobs=2))
    assert [a.line for a in found if not a.failed] == list(map(str, range(100)))
    assert [json.loads(a.line)["input"] for a in found if a.failed] == ["kills", "no number"]
    assert "the parser failed on it" in found[50].line


def test_no_more_is_read_ahead_than_workers_can_hold() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield str(taken)

    most = 0
    for given, answer in enumerate(islice(read_many(endless(), _answer, jobs=2), 400), 1):
        assert answer.line == str(given)
        most = max(most, taken - given)
    assert most < 2 * (AHEAD + 1) * CHUNK


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory of processes is read from /proc")
def test_memory_does_not_grow_with_the_number_of_documents() -> None:
    peaks = [0.0, 0.0]
    for number, _ in enumerate(parse_paths([SHANGHAI, TIANJIN] * 160, jobs=2)):
        half = number // 160
        if number % 10:
            continue
        peaks[half] = max(peaks[half], tree_megabytes(os.getpid()))
    assert peaks[1] < peaks[0] * 1.1


def test_last_year_adds_findings_and_changes_no_value(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    last.write_text(json.dumps({"values": {"applications.carried_out.natural_person": 9}}), "utf-8")
    _, out, _ = _run([TIANJIN], previous=last)
    _, alone, _ = _run([TIANJIN])
    report = json.loads(out)
    (finding,) = report["findings"]
    assert (finding["code"], finding["place"]) == ("Y-CARRY", "applications.carried_in.natural_person")
    assert report["values"] == json.loads(alone)["values"]
    assert report["verdict"] == "verified"


def test_pretty_takes_one_document() -> None:
    code, _, err = _run([TIANJIN, SHANGHAI], pretty=True)
    assert code == 2
    assert "exactly one document" in err


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    code = run_parse([str(tmp_path)], url=None, previous=None, pretty=False, explain=None, out=out, err=err)
    assert (code, out.getvalue()) == (1, "")
    assert "no file in" in err.getvalue()
