"""How a report, a version of it, or one value is named for good: `a6kkx75b5mho5-2024-own@2#applications.total.total`.

The id of a report never changes and a version is never replaced, so that such a name means the same for ever. A name
without a version means the newest one.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from model.errors import BadQuery

_ID = re.compile(r"(?P<report>a[a-z2-7]{12}-\d{4}-[a-z_]+)(?:@(?P<n>[1-9]\d{0,5}))?(?:#(?P<value>[a-z0-9_.]+))?")


class Cited(NamedTuple):
    """What a name means."""

    report_id: str
    version: int | None = None
    value: str | None = None

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version is not None else ""
        return f"{self.report_id}{version}{f'#{self.value}' if self.value else ''}"

    def permalink(self, base: str | None) -> str:
        """The address of the explorer's page; without an explorer a name that begins with `gongkai:`."""
        if base is None:
            return f"gongkai:{self}"
        asked = {"v": str(self.version) if self.version is not None else None, "cell": self.value}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{base.rstrip('/')}/reports/{self.report_id}{f'?{query}' if query else ''}"


def read_id(text: str) -> Cited:
    """A name, a permalink or `gongkai:…` as what it means; BadQuery when it is none of them."""
    name = text.strip().removeprefix("gongkai:")
    if (page := re.search(r"/reports/([^/?#]+)(?:\?([^#]*))?(?:#.*)?$", name)) is not None:
        asked = dict(parse_qsl(page[2] or ""))
        name = page[1] + (f"@{asked['v']}" if "v" in asked else "") + (f"#{asked['cell']}" if "cell" in asked else "")
    found = _ID.fullmatch(name)
    if found is None:
        raise BadQuery(
            f"'{text}' names no report or value; an id looks like a6kkx75b5mho5-2024-own@2#applications.total.total, "
            "and gongkai list shows those of reports"
        )
    return Cited(found["report"], int(found["n"]) if found["n"] else None, found["value"])
