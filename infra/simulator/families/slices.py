"""What the families share: cutting a list into pages, and the plain row of a list."""

import json
from html import escape
from typing import Any

from infra.simulator.page import Page, shortened
from infra.simulator.publication import Publication


def page_count(rows: list[Publication], size: int) -> int:
    """Pages of a list; an empty list has one."""
    return max(1, -(-len(rows) // size))


def rows_of(rows: list[Publication], number: int, size: int) -> list[Publication]:
    """The rows of a page; pages count from 1."""
    return rows[(number - 1) * size : number * size] if number >= 1 else []


def row(item: Publication) -> str:
    """A row as most lists write it: the title cut short, the whole of it in an attribute, the date behind."""
    return (
        f'<li><a href="{escape(item.path)}" title="{escape(item.title)}">{escape(shortened(item.title))}</a>'
        f"<span>{item.published_at:%Y-%m-%d}</span></li>"
    )


def row_list(items: list[Publication]) -> str:
    """Rows under one another."""
    return "\n".join(row(item) for item in items)


def number_in(values: dict[str, str], name: str, default: int) -> int:
    """A number among parameters."""
    value = values.get(name, "")
    return int(value) if value.isdigit() else default


def json_page(content: Any, callback: str = "") -> Page:
    """An answer as JSON, or as JSONP when the caller names a function."""
    text = json.dumps(content, ensure_ascii=False)
    return Page((f"{callback}({text});" if callback else text).encode("utf-8"), media_type="application/json")
