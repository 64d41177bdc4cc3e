"""Spans for OpenTelemetry: a run, each crawl of a shard, each portal that is settled, each document that is parsed.

Only its API is used, which does nothing by itself; flows.span_export sends them where the operator wants them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """A span `gongkai.<name>` while the context lasts, with attributes `gongkai.<name>`; an error ends it as one."""
    told = {f"gongkai.{key}": value for key, value in attributes.items()}
    with trace.get_tracer("gongkai").start_as_current_span(f"gongkai.{name}", attributes=told):
        yield
