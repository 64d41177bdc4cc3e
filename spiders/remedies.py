"""What to do about the state of a fetch, in words for an operator."""

from model.vocabulary import FetchState
from spiders.fetch import Fetched

REMEDY = {
    FetchState.BLOCKED: "it is left alone; ask its operator for access, or add reports by hand",
    FetchState.ROBOTS_DISALLOWED: "its robots.txt does not allow it; nothing was asked",
    FetchState.UNREACHABLE: "try again later, and look whether it can be reached from another network",
    FetchState.TLS_ERROR: "its certificate or protocol is not accepted; see whether plain http is its own form",
    FetchState.NEEDS_JS: "its rows appear only in a browser; install Chromium to read it",
    FetchState.OFF_SITE: "it leads to another host; add that to `hosts` if it belongs to the portal",
    FetchState.THROTTLED: "it asks for fewer requests; a longer delay may help",
    FetchState.LOGIN: "it asks for a login and is not for the public",
    FetchState.MAINTENANCE: "it is under maintenance; try again later",
    FetchState.GONE: "look for the column's new address",
    FetchState.SOFT_404: "look for the column's new address",
    FetchState.INCOMPLETE: "the answer broke off; it is tried again in the next run",
    FetchState.TOO_LARGE: "raise max_body_bytes if that is right",
}
"""Each is the end of a sentence."""


def sentence(url: str, fetched: Fetched) -> str:
    """What happened to a page, why, and what to do."""
    seen = f" ({'; '.join(fetched.capture.signals)})" if fetched.capture.signals else ""
    return f"{url} is {fetched.state.value}{seen}: {REMEDY.get(fetched.state, 'look at it')}."
