"""What gongkai reads in one page today: kept beside a saved page, it is a test for tomorrow."""

from typing import Any

from spiders.columns import is_column, list_verdict, sub_columns
from spiders.families import detect
from spiders.hosts import host_of
from spiders.page import Page


def describe(page: Page) -> dict[str, Any]:
    """Family, rows, reports with year and address, and the columns below, of a list page or hub."""
    hosts = frozenset({host_of(page.url)})
    family = detect(page)
    rows = [row for row in family.rows(page) if not is_column(row)] if family else []
    reports = [row for row in rows if row.kind == "report"]
    return {
        "url": page.url,
        "state": list_verdict(page, hosts).state.value,
        "family": family.NAME if family else None,
        "rows": len(rows),
        "reports": [[row.year, row.title, row.url] for row in reports],
        "columns": [[column.title, column.url] for column in sub_columns(page, hosts, has_rows=bool(reports))],
    }
