"""The rest of what a crawl must remember: baselines, hosts to stay away from, requests made, deliveries."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from model.canonical import canonical_json
from model.capture import Capture, Record
from model.errors import ObjectMissing
from storage.objects import checked_segment
from storage.records import JSON, Shelf, create_record, read_record, replace_record

# Nobody is left alone for longer at once. What ends later was dated by a clock that went ahead, and does not hold.
LONGEST_COOL_DOWN = timedelta(days=8)


class Baseline(Record):
    """`state/baseline/<portal>.json`: from this run on, what appears is news."""

    portal: str
    run: str
    at: AwareDatetime


class CoolDown(Record):
    """`state/cool_down/<host>.json`: until when we stay away from a host, and why."""

    host: str
    until: AwareDatetime
    why: str
    refusals: tuple[AwareDatetime, ...] = Field((), description="When it blocked us, as far as that is remembered")


class Memory(Shelf):
    """Small records under `state/`."""

    def set_baseline(self, portal: str, run: str, at: datetime) -> bool:
        """Declare a portal's baseline complete; False when it was, and the first declaration holds."""
        record = Baseline(portal=portal, run=run, at=at)
        return create_record(self.store, f"state/baseline/{checked_segment(portal)}.json", record)

    def baseline(self, portal: str) -> Baseline | None:
        """The baseline, or None while it is still being built."""
        try:
            return read_record(self.store, f"state/baseline/{checked_segment(portal)}.json", Baseline)
        except ObjectMissing:
            return None

    def set_cool_down(self, host: str, until: datetime, why: str, refusals: tuple[datetime, ...] = ()) -> None:
        """Stay away from a host until then; a later end that stands already is kept."""
        held = self.cool_down(host)
        if held is None or held.until < until or held.until > until + LONGEST_COOL_DOWN:
            record = CoolDown(host=host, until=until, why=why, refusals=refusals or _of(held))
            replace_record(self.store, f"state/cool_down/{host_segment(host)}.json", record)

    def cool_down(self, host: str) -> CoolDown | None:
        """The latest time of leaving a host alone, over or not; None when there never was one."""
        key = f"state/cool_down/{host_segment(host)}.json"
        return read_record(self.store, key, CoolDown) if self.store.exists(key) else None

    def cool_downs(self, now: datetime) -> dict[str, datetime]:
        """Hosts to stay away from now, with the time until which."""
        held = [read_record(self.store, key, CoolDown) for key in self.store.list("state/cool_down/")]
        return {record.host: record.until for record in held if now < record.until <= now + LONGEST_COOL_DOWN}

    def note_lists(self, portal: str, captures: tuple[Capture, ...]) -> None:
        """Remember the list pages of a portal that gave validators, as they were last sent."""
        key = f"state/lists/{checked_segment(portal)}.json"
        self.store.replace(key, canonical_json([c.model_dump(mode="json") for c in captures]), content_type=JSON)

    def lists_read(self, portal: str) -> tuple[Capture, ...]:
        """The list pages remembered."""
        key = f"state/lists/{checked_segment(portal)}.json"
        if not self.store.exists(key):
            return ()
        return tuple(Capture.model_validate(held) for held in read_record(self.store, key, list[dict[str, Any]]))

    def note_requests(self, day: date, run: str, portal: str, requests: dict[str, int]) -> None:
        """Note the requests per host that a run made for a portal on a day (UTC); noting again replaces."""
        key = f"state/requests/{day.isoformat()}/{checked_segment(run)}/{checked_segment(portal)}.json"
        replace_record(self.store, key, dict(requests))

    def requests_made(self, day: date) -> dict[str, int]:
        """Requests per host on a day (UTC), as far as runs have noted them."""
        total: Counter[str] = Counter()
        for key in self.store.list(f"state/requests/{day.isoformat()}/"):
            total.update(read_record(self.store, key, dict[str, int]))
        return dict(total)


def host_segment(host: str) -> str:
    """A host name, with its port if it has one, as one segment of a key."""
    return checked_segment(host.replace(":", "_"))


def _of(held: CoolDown | None) -> tuple[datetime, ...]:
    return held.refusals if held else ()


def day_of(at: datetime) -> date:
    """The UTC day by which keys are grouped."""
    return at.astimezone(UTC).date()
