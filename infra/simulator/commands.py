"""What may be done to the portals from outside, by method or over the control interface."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import JsonValue, ValidationError, validate_call

from infra.simulator.host import Host
from infra.simulator.journal import Journal
from infra.simulator.publication import Publication
from infra.simulator.reports.figures import Number
from infra.simulator.request_log import LoggedRequest, RequestLog
from infra.simulator.site import FamilyName
from infra.simulator.switches import Switches
from model.errors import BadQuery

EDITED_BY_DEFAULT = "proactive.art20_5.licensing.decisions"
"""No identity binds this cell and no sentence of the prose names it: one changed figure stays one."""

APPENDED_BY_DEFAULT = "另外，本年度还走访了部分企业和社区，听取对公开工作的意见。"


class Commands:
    """The verbs. `host` is the name of a site, `report` is `agency/year`, a path or a number."""

    def __init__(self, hosts: Mapping[str, Host], journal: Journal) -> None:
        self.hosts = dict(hosts)
        self.journal = journal
        self.requests = RequestLog()
        self.lock = threading.RLock()

    def _host(self, name: str) -> Host:
        if name not in self.hosts:
            raise BadQuery(f"No simulated site is called {name!r}; running are {', '.join(self.hosts)}.")
        return self.hosts[name]

    def _note(self, verb: str, **arguments: JsonValue) -> None:
        self.journal.note(verb, arguments)

    @validate_call
    def publish(self, host: str, agency: str, year: int) -> dict[str, JsonValue]:
        """Put a waiting report on the list, dated now."""
        with self.lock:
            item = self._host(host).portal.publish(agency, year)
            self._note("publish", host=host, agency=agency, year=year)
            return _told(item)

    @validate_call
    def edit(
        self, host: str, report: str, cell: str = EDITED_BY_DEFAULT, value: Number | None = None
    ) -> dict[str, JsonValue]:
        """Change one printed figure in silence; without a value it grows by 17. Tells the figure before and after."""
        with self.lock:
            portal = self._host(host).portal
            printed = portal.find(report).as_printed()
            if value is None:
                value = (printed.values.get(cell, 0) if printed else 0) + 17
            before = portal.edit(report, cell, value)
            self._note("edit", host=host, report=report, cell=cell, value=value)
            return {**_told(portal.find(report)), "cell": cell, "from": before, "to": value}

    @validate_call
    def edit_text(self, host: str, report: str, new: str = APPENDED_BY_DEFAULT, old: str = "") -> dict[str, JsonValue]:
        """Replace words of the prose; without `old` a sentence is added to section 五. The tables stay."""
        with self.lock:
            portal = self._host(host).portal
            portal.edit_text(report, old, new)
            self._note("edit_text", host=host, report=report, new=new, old=old)
            return _told(portal.find(report))

    @validate_call
    def move(self, host: str, report: str, path: str | None = None, redirect: bool = True) -> dict[str, JsonValue]:
        """Give the page another address; the old one redirects (301) or is gone."""
        with self.lock:
            portal = self._host(host).portal
            item = portal.find(report)
            before = item.path
            portal.move(report, path, redirect)
            self._note("move", host=host, report=item.key, path=item.path, redirect=redirect)
            return {**_told(item), "from": before, "to": item.path}

    @validate_call
    def delete(self, host: str, report: str, unlist_only: bool = False) -> dict[str, JsonValue]:
        """Take the page and its row away, or the row alone."""
        with self.lock:
            item = self._host(host).portal.delete(report, unlist_only)
            self._note("delete", host=host, report=report, unlist_only=unlist_only)
            return _told(item)

    @validate_call
    def restore(self, host: str, report: str) -> dict[str, JsonValue]:
        """Undo a deletion."""
        with self.lock:
            item = self._host(host).portal.restore(report)
            self._note("restore", host=host, report=report)
            return _told(item)

    @validate_call
    def redesign(self, host: str, family: FamilyName, keep_addresses: bool = True) -> dict[str, JsonValue]:
        """Let another product show the same column; articles keep their addresses or get new ones."""
        with self.lock:
            portal = self._host(host).portal
            portal.redesign(family, keep_addresses)
            self._note("redesign", host=host, family=family, keep_addresses=keep_addresses)
            return {"host": host, "family": family, "entry": portal.family.entry(portal.config)}

    @validate_call
    def set_clock(self, moment: datetime, host: str | None = None) -> dict[str, JsonValue]:
        """Set the clock of one site or of all; reports dated later are not there yet. Needs a time zone."""
        if moment.tzinfo is None:
            raise BadQuery(f"The moment {moment.isoformat()} has no time zone; write it as 2026-04-10T09:00:00+08:00.")
        with self.lock:
            chosen = self.hosts.values() if host is None else [self._host(host)]
            for each in chosen:
                each.portal.clock = moment
            self._note("set_clock", moment=moment.isoformat(), host=host)
            return {"clock": moment.isoformat()}

    @validate_call
    def set_switch(self, host: str, name: str, value: JsonValue) -> dict[str, JsonValue]:
        """Turn one switch; throttling counts from this moment."""
        with self.lock:
            chosen = self._host(host)
            try:
                chosen.portal.switches = Switches.model_validate({**chosen.portal.switches.model_dump(), name: value})
            except ValidationError as error:
                raise BadQuery(f"The switch {name!r} cannot be {value!r}: {error.errors()[0]['msg']}.") from error
            chosen.answered_since_switch = 0
            self._note("set_switch", host=host, name=name, value=value)
            return chosen.portal.switches.model_dump(mode="json")

    @validate_call
    def reports(self, host: str) -> list[JsonValue]:
        """All publications of a site with address and state; the answer key for a crawl."""
        with self.lock:
            portal = self._host(host).portal
            return [{**_told(item), "live": portal.is_live(item)} for item in portal.publications.values()]

    def log(self, host: str | None = None) -> list[LoggedRequest]:
        """The requests so far, oldest first."""
        return self.requests.entries(host)

    def reset_log(self) -> None:
        """Forget the requests."""
        self.requests.reset()

    def run(self, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        """A command by its name, as the control interface and the journal know it. Raises BadQuery."""
        verbs: dict[str, Callable[..., JsonValue]] = {
            "publish": self.publish,
            "edit": self.edit,
            "edit_text": self.edit_text,
            "move": self.move,
            "delete": self.delete,
            "restore": self.restore,
            "redesign": self.redesign,
            "set_clock": self.set_clock,
            "set_switch": self.set_switch,
            "reports": self.reports,
        }
        if verb not in verbs:
            raise BadQuery(f"There is no command {verb!r}; known are {', '.join(verbs)}, log and reset_log.")
        try:
            return verbs[verb](**arguments)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadQuery(f"{verb} was called wrongly at {first['loc']}: {first['msg']}.") from error


def _told(item: Publication) -> dict[str, JsonValue]:
    return {
        "report": item.key,
        "kind": item.kind,
        "title": item.title,
        "path": item.path,
        "published_at": item.published_at.isoformat(),
        "layout": item.layout,
        "year": item.year if item.agency else None,
        "agency": item.agency.name if item.agency else None,
        "era": item.era if item.agency else None,
    }
