"""When portals are visited: dense where reports are due, sparse otherwise, each at its own time, nothing missed."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.schedule import interval, is_due, next_visit, recheck_after, visits_after
from model.document import Location
from model.errors import InvalidPortal
from model.portal import Portal
from tests.crawling import portal


def named(name: str, **settings: object) -> Portal:
    return portal("www.example.gov.cn", id=name, **settings)


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")


MOMENTS = st.integers(0, 1500 * 24 * 60).map(lambda m: at("2025-01-01", 0) + timedelta(minutes=m))
NAMES = st.from_regex(r"[a-z]{3,8}", fullmatch=True)


def visits(one: Portal, first: str, last: str, seed: str = "") -> list[datetime]:
    found = []
    for moment in visits_after(one, at(first, 0), seed):
        if moment >= at(last, 0):
            return found
        found.append(moment)
    return found


@pytest.mark.parametrize(
    ("first", "last", "how_many"),
    [
        ("2025-11-03", "2025-12-01", 4),  # four weeks
        ("2026-01-05", "2026-01-20", 30),  # twice a day
        ("2026-01-25", "2026-02-06", 36),  # three times around 31 January
        ("2026-03-25", "2026-04-06", 36),  # and around 31 March
        ("2026-02-06", "2026-03-25", 94),
        ("2026-04-06", "2026-04-11", 10),
        ("2026-05-04", "2026-06-01", 4),
    ],
)
def test_dense_where_reports_are_due(first: str, last: str, how_many: int) -> None:
    assert len(visits(named("qinghe"), first, last)) == how_many


def test_the_longest_time_between_two_visits_is_known() -> None:
    days = [date(2025, 11, 1), date(2026, 1, 10), date(2026, 1, 31), date(2026, 3, 31), date(2026, 4, 11)]
    assert [interval(day) / timedelta(hours=1) for day in days] == [168, 12, 8, 8, 168]


@settings(max_examples=60)
@given(NAMES, MOMENTS, st.text(max_size=4))
def test_no_gap_is_longer_than_an_interval_and_its_jitter(name: str, moment: datetime, seed: str) -> None:
    for before, after in pairwise(islice(visits_after(named(name), moment, seed), 30)):
        longest = max(interval(before.date()), interval(after.date()))
        assert timedelta(0) < after - before <= longest * 1.1


@settings(max_examples=60)
@given(NAMES, MOMENTS)
def test_the_same_whenever_one_asks(name: str, moment: datetime) -> None:
    """A scheduler that was restarted in between comes to the same visits."""
    one = named(name)
    planned = list(islice(visits_after(one, moment), 6))
    assert list(islice(visits_after(one, planned[2]), 3)) == planned[3:]
    assert next(visits_after(one, planned[3] - timedelta(seconds=1))) == planned[3]


def test_portals_are_spread_over_the_day_and_installations_apart() -> None:
    hours = [moment.hour for n in range(240) for moment in visits(named(f"portal-{n}"), "2026-01-10", "2026-01-11")]
    assert len(hours) == 480
    assert set(hours) == set(range(24))
    assert max(hours.count(hour) for hour in range(24)) <= 35
    mine, theirs = (next(visits_after(named("qinghe"), at("2026-01-10", 0), seed)) for seed in ("here", "there"))
    assert mine != theirs


def test_within_the_hours_in_which_a_portal_may_be_asked() -> None:
    by_day = named("qinghe", politeness={"window": ["08:00", "18:00"]})
    assert {moment.hour for moment in visits(by_day, "2026-01-01", "2026-04-11")} <= set(range(8, 18))
    by_night = named("qinghe", politeness={"window": ["22:00", "04:00"]})
    assert {moment.hour for moment in visits(by_night, "2026-01-01", "2026-04-11")} <= {22, 23, 0, 1, 2, 3}


def test_a_portal_may_have_its_own_schedule() -> None:
    one = named("qinghe", schedule="30 7 * * 1")
    mondays = visits(one, "2026-01-01", "2026-03-01")
    assert len(mondays) == 8
    assert {moment.weekday() for moment in mondays} == {0}
    assert {moment.hour * 60 + moment.minute for moment in mondays} <= set(range(450, 461))
    assert next(visits_after(one, mondays[0])) == mondays[1]
    with pytest.raises(InvalidPortal, match="qinghe: schedule 'every monday' is no cron line"):
        next(visits_after(named("qinghe", schedule="every monday"), at("2026-01-01")))


def test_missed_visits_are_made_up_for_once() -> None:
    one = named("qinghe")
    planned = visits(one, "2026-01-10", "2026-01-20")
    assert not is_due(one, planned[0], planned[1] - timedelta(seconds=1))
    assert is_due(one, planned[0], planned[1])
    after_a_week = planned[7] + timedelta(hours=1)
    assert next_visit(one, planned[0], after_a_week) == after_a_week
    assert next_visit(one, after_a_week, after_a_week) == planned[8]
    assert is_due(one, None, after_a_week)


def location(year: int, first_seen: datetime, last_checked: datetime, n: int = 0) -> Location:
    return Location(
        url=f"http://www.example.gov.cn/{n}.html",
        portal="qinghe",
        report_id=f"aabcdefabcdefa-{year}-own",
        state="ok",
        first_seen=first_seen,
        last_checked=last_checked,
    )


@pytest.mark.parametrize(
    ("year", "days_known", "days"),
    [(2025, 0, 5), (2025, 30, 5), (2025, 50, 30), (2023, 0, 30), (2022, 400, 180), (2019, 0, 180)],
)
def test_young_reports_are_asked_again_soon_and_old_ones_over_the_year(year: int, days_known: int, days: int) -> None:
    seen = datetime(2026, 1, 20, tzinfo=UTC)
    checked = seen + timedelta(days=days_known)
    pauses = [
        (recheck_after(location(year, seen, checked, n), named("qinghe")) - checked) / timedelta(days=days)
        for n in range(50)
    ]
    assert min(pauses) >= 0.75
    assert max(pauses) < 1.25
    assert max(pauses) - min(pauses) > 0.4
