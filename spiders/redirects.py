"""Where redirects lead: hop by hop, each under the same rules as the first address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from model.capture import Hop
from model.portal import Portal
from spiders.captures import Exchange, Wanted
from spiders.hosts import host_of, page_key
from spiders.judge import leads_home

MOST_HOPS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


@dataclass(frozen=True)
class Way:
    """What a redirect means: followed, refused, a way home (a page that is no more), or no way at all."""

    follow: str | None = None
    off_site: str | None = None
    home: bool = False
    lost: str | None = None


def way_on(
    portal: Portal, wanted: Wanted, exchange: Exchange, hops: Sequence[Hop], border: Callable[[str], str | None]
) -> Way:
    """The way on from an answer; none at all where it is no redirect.

    `border`: why the host of an address is never asked for this portal; None when it may be.
    """
    if exchange.status not in REDIRECTS or exchange.header("location") is None:
        return Way()
    target = _target(exchange)
    if target is None:
        return Way(lost="redirects to no address of a page")
    host = host_of(target)
    if why := border(target):
        return Way(off_site=f"{target}: {host} {why}")
    if host not in portal.start_hosts:
        return Way(off_site=target)
    if wanted.kind not in {"list", "robots"} and leads_home(wanted.url, target):
        return Way(home=True)
    if len(hops) >= MOST_HOPS:
        return Way(lost=f"redirects more than {MOST_HOPS} times")
    return Way(follow=target)


def is_permanent(asked: str, hops: Sequence[Hop], answered: str) -> bool:
    """Has the page another address for good? Another scheme of the same address is none."""
    return any(hop.status in PERMANENT for hop in hops) and _plain(asked) != _plain(answered)


def _target(exchange: Exchange) -> str | None:
    location = exchange.header("location")
    if not location:
        return None
    try:
        target = urljoin(exchange.url, location.encode("latin-1").decode("utf-8", "replace").strip())
        parts = urlsplit(target)
        # Reading the port raises for one that is no number.
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return target if usable and "@" not in parts.netloc else None


def _plain(url: str) -> str:
    return page_key(url).removeprefix("www.").removesuffix("/")
