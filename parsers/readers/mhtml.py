"""Pages saved as one file (MHTML), which Word writes under the ending .doc: the page inside them."""

import email
import email.policy
import re
from email.message import EmailMessage

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.decode import kind_of, utf8
from parsers.readers.html import read_html

MIME = re.compile(rb"^\s*(?:From|Subject|Date|MIME-Version|X-[\w-]+|Content-[\w-]+|Message-ID)\s*:", re.IGNORECASE)
MOST_PARTS = 500


def is_mhtml(content: bytes) -> bool:
    """Does it begin as a message of several parts does?"""
    head = content[:4_000].replace(b"\r\n", b"\n").lstrip()
    return bool(MIME.match(head)) and b"multipart/" in head.lower()


def page_of(content: bytes) -> bytes | None:
    """The page of an MHTML file in UTF-8; None for what is none."""
    if not is_mhtml(content):
        return None
    message = email.message_from_bytes(content.lstrip(), policy=email.policy.default)
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            return None
        if part.get_content_maintype() == "text" and isinstance(part, EmailMessage):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and kind_of(payload) == "html":
                return utf8(payload)
    return None


def read_mhtml(content: bytes) -> Page:
    """The page inside an MHTML file. Raises CannotRead where there is none, and TooHostile."""
    page = page_of(content)
    if page is None:
        raise CannotRead("damaged", "the saved page holds no page")
    return read_html(page)
