"""The steps of a run, as whoever starts it wants them done: plainly, or as Prefect's tasks. And who listens to it."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from model.portal import Portal
from storage.archive import Archive

from .alerts import DeliverySummary, Subscriptions
from .settle import Settled
from .shard import ShardOrder

Listener = Callable[[dict[str, Any]], None]

# Who wants to hear of progress while a run goes on in this process: the command line draws bars from it.
listener: ContextVar[Listener] = ContextVar("listener", default=lambda _: None)


class CrawlStep(Protocol):
    async def __call__(self, name: str, order: ShardOrder) -> None: ...


class SettleStep(Protocol):
    async def __call__(
        self, archive: Archive, run: str, portals: dict[str, Portal], shard: str, over: bool
    ) -> Settled: ...


class AlertStep(Protocol):
    async def __call__(
        self, archive: Archive, subscriptions: Subscriptions, portals: dict[str, Portal], now: datetime
    ) -> DeliverySummary: ...


@dataclass(frozen=True, slots=True)
class Steps:
    """How a run does what it does. `crawl` raises CrawlFailed or PortalUnavailable for a shard that failed.

    `settle`: of one shard, or of the whole run where none is named.
    """

    crawl: CrawlStep
    settle: SettleStep
    alert: AlertStep
    leased: bool = True
    """Is each domain leased while it is visited? A played season is the only run that there is."""
