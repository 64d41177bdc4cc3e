"""What a benchmark says: comparisons of two ways to do the same work, and tables of figures.

A module `tests/bench_<subject>.py` has one function, `bench()`, that yields them; `make bench` finds it by its name.

    from tests.benching import Comparison, Figures, Item

    def bench() -> Iterator[Item]:
        page = b"..."  # set-up stands before the yield and is not measured
        yield Comparison("page to JSON", lambda: ours(page), lambda: theirs(page), against="pandas", goal=1.0)
        yield Comparison("the same, alone", lambda: ours(page))  # nothing to compare with: only its times
        yield Figures("memory", ("documents", "MB"), [("500", "81"), ("5000", "82")])

Both ways take turns within one run, so that a busy machine slows both; ratios are of medians. Work that needs a server
or a folder makes it inside `bench()` with `with` around the yields: it lives until the next item is asked for.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

FEWEST_ROUNDS = 5


@dataclass(frozen=True)
class Comparison:
    """Our way and a peer's way to do one piece of work.

    `seconds`: how long the rounds may take together. `goal`: the ratio ours to peer that is wanted at most.
    `rounds`: exactly so many, for work that takes long or cannot be repeated at will. `clock`: `cpu` counts what this
    process used, for plain computing, so that other programs do not matter; `wall` also counts waiting.
    """

    work: str
    ours: Callable[[], object]
    peer: Callable[[], object] | None = None
    against: str = ""
    goal: float | None = None
    seconds: float = 4.0
    rounds: int | None = None
    clock: Literal["wall", "cpu"] = "wall"


@dataclass(frozen=True)
class Figures:
    """A table of what was measured in another way: memory, bytes, where the time goes."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]


Item = Comparison | Figures


@dataclass
class Times:
    """Seconds of each round."""

    all: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.all)

    def run(self, work: Callable[[], object], clock: Callable[[], float]) -> None:
        start = clock()
        work()
        self.all.append(clock() - start)


@dataclass(frozen=True)
class Outcome:
    """A comparison as measured."""

    comparison: Comparison
    ours: Times
    peer: Times | None

    @property
    def ratio(self) -> float | None:
        """Median of ours for 1 of the peer; None without a peer."""
        return self.ours.median / self.peer.median if self.peer else None

    @property
    def reached(self) -> bool | None:
        """None where there is no goal."""
        goal = self.comparison.goal
        return None if goal is None or self.ratio is None else self.ratio <= goal


def measure(comparison: Comparison) -> Outcome:
    """Runs both ways in turn, the order changing each round; the first round warms up and does not count."""
    clock = time.process_time if comparison.clock == "cpu" else time.perf_counter
    ours, peer = Times(), Times() if comparison.peer else None
    pairs = [(ours, comparison.ours)]
    if comparison.peer and peer is not None:
        pairs.append((peer, comparison.peer))
    if comparison.rounds is None:
        for _, work in pairs:
            work()
    gc.collect()
    end = time.perf_counter() + comparison.seconds
    done = 0
    while done < (comparison.rounds or FEWEST_ROUNDS) or (comparison.rounds is None and time.perf_counter() < end):
        for times, work in pairs if done % 2 == 0 else pairs[::-1]:
            times.run(work, clock)
        done += 1
    return Outcome(comparison, ours, peer)
