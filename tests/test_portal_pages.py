"""Saved pages: what gongkai read in them then, it reads today. `gongkai portals new` makes the folders."""

import json
from pathlib import Path

import pytest

from spiders.discovery.describe import describe
from spiders.page import Page

SAVED = sorted(path.parent for path in (Path(__file__).parent / "portals").glob("*/expected.json"))


@pytest.mark.parametrize("folder", SAVED, ids=lambda folder: folder.name)
def test_saved_page_is_read_as_before(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    page = Page(expected["url"], (folder / "page.html").read_text(encoding="utf-8"))
    assert describe(page) == expected


def test_there_are_saved_pages() -> None:
    assert len(SAVED) >= 3
