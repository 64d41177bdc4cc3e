"""Atom (RFC 4287) and JSON Feed 1.1 of events. The same events give the same bytes, in whatever order they come."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid5

from lxml import etree

from model.document import Event
from model.event_messages import message_of
from model.silence import is_silent

ATOM = "http://www.w3.org/2005/Atom"
# Never changes: readers know an entry by its id, and an id is made from this and the event's.
NAMESPACE = UUID("6f1d6a3e-3c0b-5f5b-9a53-0d2f7f6f9d11")

# XML 1.0 has no way to write them, not even as references.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def newest(events: Iterable[Event], limit: int) -> list[Event]:
    """Events that are told, each once, newest first."""
    told = {event.id: event for event in events if not is_silent(event)}
    return sorted(sorted(told.values(), key=lambda e: e.id), key=lambda e: e.at, reverse=True)[:limit]


def atom(events: list[Event], title: str, address: str | None, identity: str) -> bytes:
    """The Atom document. `address`: its own; `identity`: what its id is made from, and must not change."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # stubs know no default namespace
    _add(feed, "title", title)
    _add(feed, "id", _feed_id(identity))
    # An empty feed has no time of its own, and the clock's would make every writing another file.
    _add(feed, "updated", _stamp(events[0].at if events else datetime.fromtimestamp(0, UTC)))
    _add(_add(feed, "author"), "name", "gongkai")
    _add(feed, "generator", "gongkai")
    if address:
        _add(feed, "link", rel="self", type="application/atom+xml", href=address)
    for event in events:
        message = message_of(event)
        entry = _add(feed, "entry")
        _add(entry, "title", message.title)
        _add(entry, "id", _entry_id(event))
        _add(entry, "updated", _stamp(event.at))
        _add(entry, "published", _stamp(event.at))
        if message.link:
            _add(entry, "link", rel="alternate", href=message.link)
        _add(entry, "category", term=event.kind.value)
        _add(entry, "category", term=event.portal, scheme="urn:gongkai:portal")
        _add(entry, "content", message.text, type="text")
    content: bytes = etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content


def json_feed(events: list[Event], title: str, address: str | None) -> bytes:
    """The JSON Feed document; `address`: its own. `_gongkai` in an item is the event itself."""
    items = []
    for event in events:
        message = message_of(event)
        item = {
            "id": _entry_id(event),
            "title": message.title,
            "content_text": message.text,
            "date_published": _stamp(event.at),
            "date_modified": _stamp(event.at),
            "tags": [event.kind.value, event.portal],
            "_gongkai": {"about": "the event as the archive keeps it", "event": event.model_dump(mode="json")},
        }
        items.append(item | ({"url": message.link} if message.link else {}))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "authors": [{"name": "gongkai"}],
        "items": items,
    }
    if address:
        feed["feed_url"] = address
    return json.dumps(feed, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{tag}")
    for name, value in attributes.items():
        element.set(name, _UNWRITABLE.sub("\ufffd", value))
    if text is not None:
        element.text = _UNWRITABLE.sub("\ufffd", text)
    return element


def _entry_id(event: Event) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE, f'event {event.id}')}"


def _feed_id(identity: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE, f'feed {identity}')}"


def _stamp(at: datetime) -> str:
    """RFC 3339 in UTC: 2026-03-01T02:03:04Z."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
