"""Records go into the archive in groups where many come at once, and each fetcher hears of its own."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from model.capture import Capture, PortalVisit
from spiders.keeping import CROWD, GROUP, Keeper, SinkFailed
from tests.storage_samples import a_capture, a_visit


class CountingSink:
    """Remembers the sizes of groups; takes nothing while `shut` is set."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.kept: list[str] = []
        self.failure: Exception | None = None
        self.shut = threading.Event()
        self.shut.set()

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None:
        assert self.shut.wait(20)
        if self.failure is not None:
            raise self.failure
        self.sizes.append(len(captures))
        self.kept += [capture.id for capture, _ in captures]

    def visited(self, visit: PortalVisit) -> None:
        raise OSError(f"no room for the visit of {visit.portal}")


def test_many_at_once_are_handed_over_in_groups() -> None:
    sink = CountingSink()

    async def many() -> None:
        keeper = Keeper(sink)
        await asyncio.gather(*(keeper.keep(a_capture(f"c{n}"), None) for n in range(100)))

    asyncio.run(many())
    assert sorted(sink.kept) == sorted(f"run1-c{n}" for n in range(100))
    assert sorted(sink.sizes) == sorted([1] * CROWD + [GROUP] * 6)


def test_who_is_alone_waits_for_nobody() -> None:
    sink = CountingSink()

    async def one_by_one() -> float:
        keeper, loop = Keeper(sink), asyncio.get_running_loop()
        started = loop.time()
        for n in range(10):
            await keeper.keep(a_capture(f"c{n}"), None)
        return loop.time() - started

    assert asyncio.run(one_by_one()) < 0.8, "ten times the time that one would wait for company"
    assert sink.sizes == [1] * 10


def test_a_failure_is_told_to_all_of_its_group_with_its_cause() -> None:
    sink = CountingSink()
    sink.failure = OSError("the disk is full")

    async def many() -> list[BaseException | None]:
        keeper = Keeper(sink)
        return await asyncio.gather(*(keeper.keep(a_capture(f"c{n}"), None) for n in range(30)), return_exceptions=True)

    outcomes = asyncio.run(many())
    assert all(isinstance(o, SinkFailed) and o.__cause__ is sink.failure for o in outcomes)
    assert len(outcomes) == 30


def test_a_fetcher_that_is_stopped_takes_no_record_away_from_the_others() -> None:
    sink = CountingSink()
    sink.shut.clear()

    async def stopped() -> None:
        keeper = Keeper(sink)
        tasks = [asyncio.ensure_future(keeper.keep(a_capture(f"c{n}"), None)) for n in range(20)]
        await asyncio.sleep(0)
        tasks[10].cancel()
        sink.shut.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [10]

    asyncio.run(stopped())
    assert sorted(sink.kept) == sorted(f"run1-c{n}" for n in range(20))


def test_a_closing_line_that_could_not_be_kept_names_its_portal() -> None:
    async def close() -> None:
        await Keeper(CountingSink()).visited(a_visit())

    with pytest.raises(SinkFailed, match=r"the closing line of \w+ could not be kept"):
        asyncio.run(close())
