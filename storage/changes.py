"""What was written when: `state/changes/<name>.json`, for an index that follows without listing all."""

import secrets
from collections.abc import Iterable
from typing import Any

from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record, utc_now

PREFIX = "state/changes/"
BY_A_PARSER = "-parser.json"


class Changes(Shelf):
    """A journal of keys. It is a help and not the truth: whoever doubts it lists the archive."""

    def note_changes(self, keys: Iterable[str], name: str | None = None, parser: str | None = None) -> None:
        """Note objects that were written. `parser`: the one whose parses they are to be read by from now on.

        `name`: what wrote them, so that a second start notes nothing twice; it begins with a time, as a run's id does.
        """
        told = sorted(set(keys))
        if told or parser:
            name = checked_segment(name or f"{utc_now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
            record: dict[str, Any] = {"keys": told, "parser": parser}
            create_record(self.store, f"{PREFIX}{name}{BY_A_PARSER if parser else '.json'}", record)

    def changes(self) -> list[str]:
        """Keys of all notes, oldest first."""
        return list(self.store.list(PREFIX))

    def changed(self, note: str) -> list[str]:
        """The keys that a note tells."""
        return list(read_record(self.store, note, dict[str, Any])["keys"])

    def last_parser(self) -> str | None:
        """The parser that read the archive anew last; None when none did."""
        note = next((note for note in reversed(self.changes()) if note.endswith(BY_A_PARSER)), None)
        return str(read_record(self.store, note, dict[str, Any])["parser"]) if note else None
