"""What was written when: `state/changes/<name>.json`, for an index that follows without listing all."""

from collections.abc import Iterable, Sequence
from typing import Any

from model.canonical import record_digest
from model.clock import utc_now
from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record

PREFIX = "state/changes/"
BY_A_PARSER = "-parser.json"


class Changes(Shelf):
    """A journal of keys. It is a help and not the truth: whoever doubts it lists the archive."""

    def note_changes(self, keys: Iterable[str], name: str | None = None, parser: str | None = None) -> None:
        """Note objects that were written. `parser`: the one whose parses they are to be read by from now on.

        `name`: what wrote them; it begins with a time, as a run's id does. The same keys are noted once, and what a run
        settled in pieces has brought in addition is noted beside them.
        """
        told = sorted(set(keys))
        if told or parser:
            record: dict[str, Any] = {"keys": told, "parser": parser}
            name = f"{name or f'{utc_now():%Y%m%dT%H%M%SZ}'}-{record_digest(record)[:16]}"
            create_record(self.store, f"{PREFIX}{checked_segment(name)}{BY_A_PARSER if parser else '.json'}", record)

    def changes(self) -> list[str]:
        """Keys of all notes, oldest first."""
        return list(self.store.list(PREFIX))

    def changed(self, note: str) -> list[str]:
        """The keys that a note tells."""
        return list(read_record(self.store, note, dict[str, Any])["keys"])

    def last_parser(self, notes: Sequence[str]) -> str | None:
        """The parser that read the archive anew last, by all the notes; None when none did."""
        note = next((note for note in reversed(notes) if note.endswith(BY_A_PARSER)), None)
        return str(read_record(self.store, note, dict[str, Any])["parser"]) if note else None
