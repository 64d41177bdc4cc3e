"""The notebooks go from a question to a chart, on any release."""

from datetime import date
from pathlib import Path

import nbclient
import nbformat
import pytest

from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.releases import write_release
from tests.archive_samples import filled_folder

__all__ = ["filled_folder"]

NOTEBOOKS = sorted((Path(__file__).parent.parent / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def release(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks") / "release"
    write_release(Archive(LocalFolder(filled_folder, fsync=False)), folder, "2026-11-24", date(2026, 11, 24))
    return folder


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["late", "refusals", "text_and_tables"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path: Path, release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_RELEASE", str(release))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    kinds = {kind for cell in notebook.cells for out in cell.get("outputs", ()) for kind in out.get("data", {})}
    assert "image/png" in kinds


def test_the_refusals_are_those_of_the_tables(release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_RELEASE", str(release))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    notebook = nbformat.read(next(path for path in NOTEBOOKS if path.stem == "refusals"), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("print(found.to_csv(index=False))"))
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    told = notebook.cells[-1].outputs[0].text.splitlines()
    assert told[0] == "report_year,reports,refused,decided,percent"
    assert [line.split(",")[:2] for line in told[1:] if line] == [["2024", "1"], ["2025", "1"]]
    assert told[1].split(",")[3] == "93.0"
