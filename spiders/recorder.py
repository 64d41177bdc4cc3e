"""Ledger records of one crawl: made from what was exchanged, and kept before anything is done with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from model.canonical import record_digest
from model.capture import Capture, CrawlJob, Hop, RobotsDecision
from model.clock import Clock
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.captures import Exchange, Wanted, write_capture
from spiders.judge import Verdict
from spiders.keeping import Keeper


@dataclass
class Recorder:
    """`crawler`: the name of this program, for the records."""

    job: CrawlJob
    keeper: Keeper
    crawler: str
    now: Clock
    _digests: dict[str, str] = field(default_factory=dict)
    """By portal id: of the portal as it stands in its file."""

    async def record(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        verdict: Verdict,
        hops: Sequence[Hop] = (),
        robots: RobotsDecision | None = None,
        plain: bytes = b"",
    ) -> Capture:
        """The record of a fetch, once it is durable; `plain`: the payload after content decoding. Raises SinkFailed."""
        if portal.id not in self._digests:
            self._digests[portal.id] = record_digest(portal)
        capture = write_capture(
            self.job,
            portal.id,
            self._digests[portal.id],
            self.crawler,
            wanted,
            exchange,
            verdict,
            tuple(hops),
            robots,
            plain,
            self.now(),
        )
        await self.keeper.keep(capture, exchange.payload if capture.body else None)
        return capture

    async def picture(self, portal: Portal, url: str, picture: bytes, lacking: tuple[str, ...] = ()) -> Capture:
        """Keep what a browser showed of a page, as PNG: evidence, and no part of any document. Raises SinkFailed.

        `lacking`: what the picture does not show as the page would.
        """
        wanted = Wanted(url, "screenshot", rendered=True)
        verdict = Verdict(FetchState.OK, signals=("evidence: as a browser showed the page", *lacking))
        return await self.record(portal, wanted, Exchange(url=url, payload=picture), verdict, plain=picture)
