"""robots.txt by a stricter reading than Scrapy's: what could not be fetched allows nothing."""

from dataclasses import dataclass
from typing import Literal

from protego import Protego

from model.canonical import sha256_hex
from model.capture import RobotsDecision
from spiders.decode import decode

Reason = Literal["allow", "disallow", "absent", "html", "unavailable"]
ABSENT = {404, 410}


@dataclass(frozen=True)
class RobotsRules:
    """Rules of one host. `rules` is None when there are none to obey: all allowed, or all refused by `reason`."""

    rules: Protego | None
    reason: Reason
    sha256: str | None = None

    def decide(self, url: str, agent: str) -> RobotsDecision:
        """May `agent` fetch `url`?"""
        if self.rules is None:
            return RobotsDecision(allowed=self.reason != "unavailable", reason=self.reason, rules_sha256=self.sha256)
        allowed = bool(self.rules.can_fetch(url, agent))
        return RobotsDecision(allowed=allowed, reason="allow" if allowed else "disallow", rules_sha256=self.sha256)

    def crawl_delay(self, agent: str) -> float:
        """Seconds that the host asks for between two requests; 0 when it does not ask."""
        return float((self.rules.crawl_delay(agent) if self.rules else None) or 0)


def read_robots(status: int | None, body: bytes, content_type: str | None) -> RobotsRules:
    """Rules from the answer to /robots.txt; `status` None when there was none.

    404 and 410: no rules. 401, 403, other refusals, errors and timeouts: permission can't be established. An HTML
    page with status 200 is a soft 404: no rules.
    """
    if status in ABSENT:
        return RobotsRules(None, "absent")
    if status is None or not 200 <= status < 300:
        return RobotsRules(None, "unavailable")
    if body.lstrip()[:1] == b"<" or "html" in (content_type or "").lower():
        return RobotsRules(None, "html", sha256_hex(body))
    return RobotsRules(Protego.parse(decode(body, content_type).text), "allow", sha256_hex(body))
