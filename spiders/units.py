"""A published list of reporting units (各部门年报, 区县年报): links that are called like agencies and lead into a site.

Such a list says who is expected to report, also where the reports themselves stand on hosts that we do not read.
"""

import re
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from spiders.judge import HOME
from spiders.page import Page

# 市财政局, 长沟镇, 新兴街道办事处, 和平区人民政府; a name alone, without a year or a verb
UNIT = re.compile(
    r"[\u4e00-\u9fff（）()]{2,22}(?:局|厅|委|委员会|办公室|政府办|人民政府|街道|街道办事处|镇|乡|管委会|管理委员会)"
)
LEAST = 5
"""Fewer agencies under one element are no list of units."""
SHARE = 0.6
"""Of the links of a list of units that are called like agencies, at least."""
UP = 3
"""Elements above a link within which its list is looked for."""


def unit_names(page: Page) -> tuple[str, ...]:
    """The agencies that a page lists, in its order; empty where it holds no list of units.

    A link to a home page is a link to a friend, and says nothing about reports.
    """
    lists: dict[Any, list[str | None]] = defaultdict(list)
    for anchor in page.tree.iter("a"):
        href = (anchor.get("href") or "").strip()
        name = re.sub(r"\s+", "", "".join(anchor.itertext()))
        if not href or not name:
            continue
        is_unit = UNIT.fullmatch(name) is not None and not HOME.match(urlsplit(href).path)
        above = anchor
        for _ in range(UP):
            above = above.getparent() if above.getparent() is not None else above
        lists[above].append(name if is_unit else None)
    found: dict[str, None] = {}
    for names in lists.values():
        units = [name for name in names if name]
        if len(units) >= LEAST and len(units) >= SHARE * len(names):
            found |= dict.fromkeys(units)
    return tuple(found)
