"""What an OpenTelemetry collector was sent by OTLP over HTTP, as spans that can be looked at."""

import gzip
from collections.abc import Iterable
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.alert_receiver import Got


class Sent(NamedTuple):
    """One span. `service`: name of who sent it."""

    name: str
    id: bytes
    parent: bytes
    trace: bytes
    attributes: dict[str, Any]
    service: str


def plain(got: Got) -> bytes:
    return gzip.decompress(got.body) if got.headers.get("content-encoding") == "gzip" else got.body


def spans(requests: Iterable[Got]) -> list[Sent]:
    """All spans in what a receiver got."""
    found = []
    for got in requests:
        assert (got.path, got.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
        for group in ExportTraceServiceRequest.FromString(plain(got)).resource_spans:
            service = _values(group.resource.attributes)["service.name"]
            for one in (span for scope in group.scope_spans for span in scope.spans):
                values = _values(one.attributes)
                found.append(Sent(one.name, one.span_id, one.parent_span_id, one.trace_id, values, service))
    return found


def _values(attributes: Iterable[Any]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
