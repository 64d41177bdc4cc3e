"""The bench itself: both ways take turns, ratios are of medians, and the stages it times are those of the parser."""

import importlib
from pathlib import Path

import pytest

from tests.bench import NAMES, spell
from tests.bench_parse import STAGES, breakdown, page_of
from tests.benching import Comparison, measure


def test_both_ways_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    outcome = measure(Comparison("turns", lambda: order.append("o"), lambda: order.append("p"), seconds=0))
    assert "".join(order) == "op" + "oppo" * 2 + "op"
    assert (len(outcome.ours.all), outcome.reached) == (5, None)


def test_a_goal_is_reached_or_not() -> None:
    fast, slow = (lambda: None), (lambda: sum(range(20_000)))
    assert measure(Comparison("a", fast, slow, goal=1, seconds=0)).reached is True
    assert measure(Comparison("b", slow, fast, goal=1, seconds=0)).reached is False


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.00123, "1.23 ms"), (0.0456, "45.6 ms"), (2.0, "2.00 s"), (0.0000007, "0.70 µs")]
)
def test_times_are_spelled_with_three_digits(seconds: float, told: str) -> None:
    assert spell(seconds) == told


def test_every_module_can_be_measured() -> None:
    assert {"parse", "folder", "damage"} <= set(NAMES)
    assert all(hasattr(importlib.import_module(f"tests.bench_{name}"), "bench") for name in NAMES)
    assert {p.stem for p in Path(__file__).parent.glob("bench_*.py")} == {f"bench_{name}" for name in NAMES}


def test_the_time_of_a_page_is_divided_among_its_stages() -> None:
    rows = breakdown(page_of("clean", "form2021"), rounds=2)
    assert [row[0] for row in rows] == [*STAGES, "the rest", "JSON", "together"]
    assert all(float(ms) > 0 for stage, ms, _ in rows if stage != "the rest")
