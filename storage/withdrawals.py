"""The ledger of withdrawals: for each disappearance of a report what followed, folded from its events."""

from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime

from model.capture import Record
from model.document import Event, LossCheck
from model.vocabulary import EventKind
from storage.events import Events

KINDS = (EventKind.DISAPPEARED, EventKind.WITHDRAWN, EventKind.REAPPEARED)


class Withdrawal(Record):
    """One disappearance of a report. `checks` are the captures that found it missing; they lie in the ledger."""

    report_id: str
    title: str
    url: str | None
    portal: str
    state: Literal["disappeared", "withdrawn", "reappeared"]
    last_good_version: int | None
    last_ok: AwareDatetime | None = None
    disappeared_at: AwareDatetime
    withdrawn_at: AwareDatetime | None = None
    reappeared_at: AwareDatetime | None = None
    checks: tuple[LossCheck, ...] = ()


def withdrawals(archive: Events) -> list[Withdrawal]:
    """All disappearances, by time; those that ended well are in it too, with their `state`."""
    return fold(archive.events())


def fold(events: Iterable[Event]) -> list[Withdrawal]:
    """Events in order of time to withdrawals. Whatever is told of a report concerns its last disappearance."""
    found: list[Withdrawal] = []
    last: dict[str, int] = {}
    for event in events:
        if event.kind not in KINDS:
            continue
        place = last.get(event.subject)
        if event.kind is EventKind.DISAPPEARED:
            last[event.subject] = len(found)
            found.append(_lost(event))
        elif place is not None and event.kind is EventKind.WITHDRAWN:
            details = event.model_dump()["details"]
            facts = {"last_ok": details.get("last_ok"), "checks": details.get("checks") or (), "url": event.url}
            found[place] = _with(found[place], state="withdrawn", withdrawn_at=event.at, **facts)
        elif place is not None:
            found[place] = _with(found[place], state="reappeared", reappeared_at=event.at)
    return found


def _lost(event: Event) -> Withdrawal:
    details = event.model_dump()["details"]
    check = LossCheck(
        capture=event.cause.removeprefix("captures#"),
        at=event.at,
        state=details.get("state") or "gone",
        status=details.get("status"),
    )
    return Withdrawal(
        report_id=event.subject,
        title=event.title,
        url=event.url,
        portal=event.portal,
        state="disappeared",
        last_good_version=details.get("version"),
        disappeared_at=event.at,
        checks=(check,),
    )


def _with(withdrawal: Withdrawal, **facts: object) -> Withdrawal:
    return Withdrawal.model_validate({**withdrawal.model_dump(), **facts})
