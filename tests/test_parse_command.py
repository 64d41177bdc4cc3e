"""`gongkai parse`: one line for each input, in order; exit codes; many inputs at once; a value explained."""

import io
import json
from pathlib import Path

from parsers.command import FEW, inputs, parse_paths, run_parse

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
    found = [json.loads(line) for line in parse_paths(inputs([str(tmp_path)]), jobs=2)]
    assert [Path(r["input"]).name for r in found] == [f"{n:03}.txt" for n in range(FEW + 6)]
    assert {r["verdict"] for r in found} == {"verified"}


def test_a_value_is_explained() -> None:
    code, out, _ = _run([TIANJIN], explain="applications.new_received.natural_person")
    assert code == 0
    assert "applications.new_received.natural_person = 200" in out
    assert "label  一、本年新收政府信息公开申请数量" in out
    assert "APP-ROW at applications.new_received: 212 / 212 passed" in out


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
