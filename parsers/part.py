"""What a parser is given: the parts of one document, as bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part, content coding undone. `role`: page, continuation, attachment or data; `name`: a file's name, if any."""

    role: str
    content: bytes
    media_type: str | None = None
    name: str | None = None
