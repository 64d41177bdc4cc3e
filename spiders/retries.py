"""What is worth asking for again, and when the server wants to be asked."""

import email.utils
import re
from datetime import datetime

from model.capture import Capture
from model.vocabulary import FetchState


def may_pass(capture: Capture) -> bool:
    """Is trying again sensible? A refusal is an answer; a broken connection and an overloaded server are not."""
    if capture.state is FetchState.UNREACHABLE:
        no_request = capture.robots is not None and not capture.robots.allowed
        return not no_request and (capture.status is None or capture.status >= 500)
    return capture.state in {FetchState.THROTTLED, FetchState.INCOMPLETE}


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, given as a number or as a date; None when it says nothing."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
