"""The documentation: its site builds without a warning, its reference is made from the code, its examples run."""

import fnmatch
import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from flows.settings import Settings
from storage.releases.tables import tables

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
EXAMPLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does; a warning (a link that leads nowhere) ends the build."""
    to = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "infra" / "site" / "mkdocs.yml"), site_dir=str(to), strict=True)
    logging.getLogger("mkdocs").setLevel(logging.WARNING)
    build(config)
    return to


def test_every_command_is_in_the_reference(site: Path) -> None:
    told = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    for command in ("parse", "collect", "release", "pull", "cite", "trace", "portals discover", "export"):
        assert f"gongkai {command}<" in told
    assert "--region" in told


def test_every_setting_and_column_is_in_the_reference(site: Path) -> None:
    told = (site / "reference" / "configuration.html").read_text(encoding="utf-8")
    assert all(f"GONGKAI_{name.upper()}" in told for name in Settings.model_fields if name != "storage")
    told = (site / "reference" / "tables.html").read_text(encoding="utf-8")
    assert all(f"<code>{column}</code>" in told for table in tables().values() for column in table.columns)
    assert "<code>suspect</code>" in (site / "reference" / "json.html").read_text(encoding="utf-8")


def test_the_site_asks_nobody_else(site: Path) -> None:
    """Fonts and scripts come from the site itself."""
    for page in site.rglob("*.html"):
        for address in re.findall(r'(?:src|<link[^>]+href)="(https?://[^"]+)"', page.read_text(encoding="utf-8")):
            assert not re.search(r"\.(?:js|css|woff2?)(?:\?|$)|fonts\.", address), (page.name, address)


def test_the_examples_run(tmp_path: Path) -> None:
    """The tutorial from its beginning to its end, then what else stands on the archive that it makes."""
    pages = ("tutorial.md", "howto/cite-a-number.md")
    text = "\n".join((DOCS / page).read_text(encoding="utf-8") for page in pages)
    examples = [_parsed(block) for block in EXAMPLE.findall(text)]
    assert sum(len(example) for example in examples) == 14
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "120",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    for command, expected in (one for example in examples for one in example):
        words = shlex.split(command)
        if words[0] == "gongkai":
            words = [sys.executable, "-m", "flows.cli", *words[1:]]
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
        printed = [line.rstrip() for line in done.stdout.splitlines()]
        for line in expected:
            pattern = re.sub(r"([\[\]])", r"[\1]", line).replace("…", "*")
            assert any(fnmatch.fnmatchcase(found, f"*{pattern}*") for found in printed), f"{command} prints no {line!r}"

    (python,) = re.findall(r"```python\n(.*?)```", (DOCS / "releases.md").read_text(encoding="utf-8"), re.DOTALL)
    subprocess.run([sys.executable, "-c", python], cwd=tmp_path, env=environment, check=True, timeout=120)


def _parsed(block: str) -> list[tuple[str, list[str]]]:
    """Commands of a block, each with the lines that it is to print; `…` stands for whatever there is."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip() not in ("", "…"):
            found[-1][1].append(line.strip())
    return found


def test_the_python_of_the_docs_compiles() -> None:
    for page in DOCS.rglob("*.md"):
        for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            compile(block, str(page), "exec")
