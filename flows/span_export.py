"""Where spans go: to an OpenTelemetry collector by OTLP over HTTP, when the operator names one.

The packages for it are the extra `otel`. Under `opentelemetry-instrument`, or in a program that has set up tracing
itself, theirs is left as it is.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from opentelemetry import trace

from model.errors import Misconfigured
from spiders.captures import crawler_name

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = logging.getLogger(__name__)

STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
MISSING = "spans can't be sent, as the packages for it are missing: pip install 'gongkai[otel]'"


@contextmanager
def spans_exported(endpoint: str | None) -> Iterator[None]:
    """While the context lasts, spans are sent to the collector at `endpoint`, or where the standard variables say.

    `endpoint`: base address of a collector, as `http://127.0.0.1:4318`. What `OTEL_…` variables say of headers,
    certificates, names and samples holds. Raises Misconfigured when the packages are missing; where only a standard
    variable names the collector, which may be meant for other programs, that is a warning.
    """
    provider = _provider(endpoint) if endpoint or any(os.environ.get(name) for name in STANDARD) else None
    try:
        yield
    finally:
        # As long as the exporter tries (`OTEL_EXPORTER_OTLP_TIMEOUT`, ten seconds), which logs what it could not send.
        if provider is not None:
            provider.force_flush()


@lru_cache(maxsize=1)
def _provider(endpoint: str | None) -> "TracerProvider | None":
    """What makes and sends spans, once in a process; None where something else does, or nothing can."""
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        if endpoint:
            raise Misconfigured(MISSING) from error
        log.warning(MISSING)
        return None
    name, _, version = crawler_name().partition("/")
    us = Resource.create({"service.name": name, "service.version": version}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=us)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces") if endpoint else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider
