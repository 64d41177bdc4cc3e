"""What others watch us by: can the file of figures be written, does the collector of spans answer?"""

from ..settings import Settings
from .check import Check
from .setup import writable

COLLECTOR_SECONDS = 5.0


def check_metrics(settings: Settings) -> Check:
    """`gongkai up` shows its figures without a file."""
    if settings.metrics is None:
        return Check("metrics", "not checked", "no file is set (GONGKAI_METRICS); `gongkai up` shows its own.")
    if not settings.metrics.parent.is_dir() or not writable(settings.metrics.parent):
        mend = "Make the folder and give it to this user, or correct GONGKAI_METRICS."
        return Check("metrics", "broken", f"{settings.metrics} can't be written.", mend)
    return Check("metrics", "good", f"{settings.metrics} can be written.")


def check_collector(settings: Settings) -> Check:
    """Whatever it answers to a question that is none: it is there. Spans that do not arrive are lost, runs go on."""
    address = settings.otel_endpoint
    if address is None:
        return Check("spans", "not checked", "no collector is set (GONGKAI_OTEL_ENDPOINT).")
    import httpx

    try:
        httpx.get(f"{address.rstrip('/')}/v1/traces", timeout=COLLECTOR_SECONDS)
    except httpx.HTTPError as error:
        mend = "Start the collector, or correct GONGKAI_OTEL_ENDPOINT."
        return Check("spans", "broken", f"{address} does not answer ({type(error).__name__}).", mend)
    return Check("spans", "good", f"{address} answers.")
