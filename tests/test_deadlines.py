"""When reports are due, and what may be said when one is not there: never more than was seen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.standing import APART, absent, present, sight_after
from model.clock import legal_day
from model.deadlines import due_date
from model.document import Manifest, PartRef, VersionRecord
from model.roster import Expected, UnknownReason
from model.vocabulary import AgencyYearStatus, FetchState
from storage.coverage import Coverage, Unplaced

DUE = date(2026, 1, 31)
# The last second of the due day in China, and the first of the day after it.
LAST = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)
AFTER = LAST + timedelta(seconds=1)
AGENCY = "aabcdefabcdefa"


def expected(**changed: object) -> Expected:
    plain = {"agency_id": AGENCY, "name": "青禾市财政局", "region": "990100", "kind": "department", "year": 2025}
    told = {"level": "prefecture", "portal": "qinghe", "sources": ["seen_before"], "place": True}
    return Expected.model_validate({**plain, **told, **changed})


def reading(
    hours: float, hub: FetchState | None = FetchState.OK, *, whole: bool = True, stop: str = "last page", **more: object
) -> Coverage:
    """What was seen so many hours after the end of the due day."""
    at = AFTER + timedelta(hours=hours)
    plain = {"portal": "qinghe", "run": f"r{at:%d%H%M}", "hub": "https://www.qinghe.example/", "hub_state": hub}
    told = {"checked_at": at, "ended_at": at, "complete": whole and hub is not None, "stop_reason": stop}
    return Coverage.model_validate({**plain, **told, **more})


def version(captured: datetime, published: date | None) -> VersionRecord:
    part = PartRef(role="page", sha256="0" * 64, size=1, url="https://www.qinghe.example/1.html", capture="c")
    return VersionRecord(
        report_id=f"{AGENCY}-2025-own",
        n=1,
        reason="first",  # type: ignore[arg-type]
        agency_id=AGENCY,
        agency_name="青禾市财政局",
        report_year=2025,
        scope="own",
        title="",
        published_on=published,
        portal="qinghe",
        url=part.url,
        run="r",
        first_capture="c",
        captured_at=captured,
        manifest=Manifest(parts=(part,)),
        text_digest="",
        figures_digest="",
        parser_digest="",
    )


@pytest.mark.parametrize(
    ("kind", "level", "year", "due"),
    [
        ("department", "county", 2025, (date(2026, 1, 31), "Art. 49")),
        ("vertical", "prefecture", 2025, (date(2026, 1, 31), "Art. 49")),
        ("authorized_org", None, 2019, (date(2020, 1, 31), "Art. 49")),
        ("department", "state", 2025, (date(2026, 1, 31), "Art. 49")),
        ("government", "county", 2025, (date(2026, 3, 31), "Art. 49")),
        ("government", "province", 2025, (date(2026, 3, 31), "Art. 49")),
        ("government", "township", 2025, (date(2026, 1, 31), "local practice")),
        ("township", "township", 2025, (date(2026, 1, 31), "local practice")),
        ("street", "township", 2025, (date(2026, 1, 31), "local practice")),
        ("zone", None, 2025, (date(2026, 1, 31), "local practice")),
        ("department", "county", 2018, (date(2019, 3, 31), "2007 Art. 31")),
        ("government", "state", 2025, None),
        (None, "county", 2025, None),
    ],
)
def test_the_dates_of_the_law(kind: str, level: str, year: int, due: tuple[date, str] | None) -> None:
    found = due_date(kind, level, year)  # type: ignore[arg-type]
    assert found == due
    assert found is None or found.lawful is (found.basis != "local practice")


def test_days_are_those_of_china() -> None:
    assert (legal_day(LAST), legal_day(AFTER)) == (DUE, DUE + timedelta(days=1))


@pytest.mark.parametrize(
    ("readings", "status", "reason"),
    [
        ([30, 6], "overdue", None),
        ([30, 6, -30], "overdue", None),
        ([200, 190, 170], "overdue", None),
        ([], "unknown", "not_checked"),
        ([-1], "unknown", "not_checked"),
        ([6], "unknown", "unconfirmed"),
        ([19, 6, 1], "unknown", "unconfirmed"),
        ([reading(30, FetchState.BLOCKED), 6], "unknown", "blocked"),
        ([reading(30, FetchState.UNREACHABLE), 6], "unknown", "unreachable"),
        ([reading(30, FetchState.TLS_ERROR), 6], "unknown", "unreachable"),
        ([reading(30, FetchState.MAINTENANCE), 6], "unknown", "unreachable"),
        ([reading(30, FetchState.ROBOTS_DISALLOWED), 6], "unknown", "robots"),
        ([reading(30, None, stop="refused"), 6], "unknown", "blocked"),
        ([reading(30, whole=False), 6], "unknown", "not_whole"),
        ([30, reading(20, FetchState.THROTTLED), 6], "unknown", "interrupted"),
        ([30, reading(20, whole=False), 6], "unknown", "interrupted"),
        ([60, 30, reading(20, FetchState.UNREACHABLE), 6], "overdue", None),
        ([30, reading(20, None, whole=False, stop="not visited"), 6], "overdue", None),
        ([30, reading(6, reports=0), 5], "overdue", None),
        # Our clock was a year ahead or a month behind, as the servers said: no evidence, and no hindrance later.
        ([reading(30, clock_ahead=-365 * 86400), reading(6, clock_ahead=-365 * 86400)], "unknown", "not_checked"),
        ([reading(30, clock_ahead=30 * 86400), 6], "unknown", "unconfirmed"),
        ([reading(60, clock_ahead=-365 * 86400), 30, 6], "overdue", None),
        ([reading(30, clock_ahead=40), reading(6, clock_ahead=-3600)], "overdue", None),
    ],
)
def test_overdue_needs_to_have_been_seen(readings: list[float | Coverage], status: str, reason: str | None) -> None:
    seen = [one if isinstance(one, Coverage) else reading(one) for one in readings]
    today = legal_day(AFTER + timedelta(hours=31))
    found = absent(expected(), sight_after(seen, DUE), today)
    assert (found.status.value, found.reason and found.reason.value) == (status, reason)
    assert found.due == DUE
    assert (found.days_late == 2) is (status == "overdue")


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(-80, 80), st.sampled_from([None, *FetchState]), st.booleans()),
        max_size=8,
        unique_by=lambda one: one[0],
    )
)
def test_never_overdue_without_two_whole_readings(seen: list[tuple[int, FetchState | None, bool]]) -> None:
    readings = [reading(hours, hub, whole=whole) for hours, hub, whole in sorted(seen, reverse=True)]
    found = absent(expected(), sight_after(readings, DUE), date(2026, 2, 10))
    good = [one for one in readings if one.complete and one.hub_state in ("ok", "not_modified", "moved")]
    after = [one for one in good if legal_day(one.checked_at) > DUE]
    if found.status is AgencyYearStatus.OVERDUE:
        assert after[0].checked_at - after[-1].checked_at >= APART
        assert readings[0] == after[0]
    else:
        assert found.status is AgencyYearStatus.UNKNOWN
        assert found.reason is not None


@pytest.mark.parametrize(
    ("changed", "today", "status", "reason"),
    [
        ({}, date(2026, 1, 31), "pending", None),
        ({"kind": "government"}, date(2026, 3, 31), "pending", None),
        ({"existed": False}, date(2026, 3, 1), "not_expected", None),
        ({"place": False}, date(2026, 3, 1), "unknown", "place_not_seen"),
        ({"agency_id": None}, date(2026, 3, 1), "unknown", "no_portal"),
        ({"kind": None}, date(2026, 3, 1), "unknown", "no_due_date"),
        ({"kind": "township"}, date(2026, 3, 1), "overdue", None),
    ],
)
def test_who_can_be_overdue(changed: dict[str, object], today: date, status: str, reason: str | None) -> None:
    found = absent(expected(**changed), sight_after([reading(30), reading(6)], DUE), today)
    assert (found.status.value, found.reason and found.reason.value) == (status, reason)
    assert (found.basis == "local practice") is (changed.get("kind") == "township")


@pytest.mark.parametrize(
    ("row", "unread"),
    [
        ({"year": 2025}, True),
        ({"year": None}, True),
        ({"year": 2025, "agency": "青禾市财政局", "agency_id": AGENCY}, True),
        ({"year": 2025, "agency": "财政局（新）"}, True),
        ({"year": 2025, "agency": "青禾市民政局", "agency_id": "aaaaaaaaaaaaaa"}, False),
        ({"year": 2025, "agency": "青禾市某局", "elsewhere": True}, False),
        ({"year": 2024}, False),
    ],
)
def test_a_row_that_could_not_be_read_may_be_the_report(row: dict[str, object], unread: bool) -> None:
    seen = Unplaced.model_validate({"title": "年度报告", "url": "https://www.qinghe.example/9.html", **row})
    readings = [reading(30, unplaced=[seen]), reading(6)]
    found = absent(expected(), sight_after(readings, DUE), date(2026, 3, 1))
    assert found.reason is (UnknownReason.UNREAD if unread else None)


@pytest.mark.parametrize(
    ("captured", "published", "missed", "status", "days"),
    [
        (LAST, None, None, "on_time", None),
        (LAST, date(2026, 2, 9), None, "on_time", None),  # it was there: a date of the future is no evidence
        (AFTER, date(2026, 1, 31), None, "on_time", None),
        (AFTER + timedelta(days=9), date(2026, 1, 20), -9, "on_time", None),
        (AFTER + timedelta(days=9), date(2026, 2, 3), None, "late", 3),
        (AFTER + timedelta(days=9), date(2026, 2, 3), -9, "late", 3),
        (AFTER + timedelta(days=9), date(2026, 1, 20), 20, "late", 10),  # dated back: the list did not show it
        (AFTER + timedelta(days=9), None, None, "unknown", None),
    ],
)
def test_own_readings_before_the_pages_date(
    captured: datetime, published: date | None, missed: float | None, status: str, days: int | None
) -> None:
    before = reading(missed) if missed is not None else None
    found = present(expected(), version(captured, published), missed_at=before)
    assert (found.status.value, found.days_late) == (status, days)
    assert (found.reason is UnknownReason.NO_PUBLICATION_DATE) is (status == "unknown")
