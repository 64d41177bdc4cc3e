"""Which runs there were, and whose captures have been turned into versions and events already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record


class Runs(Shelf):
    """`state/runs/<run>.json` when a run begins, `state/settled/<run>.json` when all that it brought is settled."""

    def begin_run(self, run: str, at: datetime, **facts: JsonValue | Sequence[str]) -> bool:
        """Note a run before its first capture; False when it was begun before (and is being taken up again)."""
        record: dict[str, Any] = {"run": run, "began_at": at.isoformat(), **facts}
        return create_record(self.store, f"state/runs/{checked_segment(run)}.json", record)

    def run_facts(self, run: str) -> dict[str, Any]:
        """What `begin_run` noted."""
        return read_record(self.store, f"state/runs/{checked_segment(run)}.json", dict[str, Any])

    def runs(self) -> list[str]:
        """Ids of all runs, sorted."""
        return [key.rpartition("/")[2].removesuffix(".json") for key in self.store.list("state/runs/")]

    def settle_done(self, run: str, summary: dict[str, JsonValue]) -> bool:
        """Note that versions and events of a run are all written; False when that was noted before."""
        return create_record(self.store, f"state/settled/{checked_segment(run)}.json", {"run": run, **summary})

    def settled_facts(self, run: str) -> dict[str, Any]:
        """What `settle_done` noted: portals, the hosts' clocks, verdicts; empty while the run is not settled."""
        key = f"state/settled/{checked_segment(run)}.json"
        return read_record(self.store, key, dict[str, Any]) if self.store.exists(key) else {}

    def settled_runs(self) -> dict[str, dict[str, Any]]:
        """Summary of each settled run, by its id."""
        keys = self.store.list("state/settled/")
        return {
            key.rpartition("/")[2].removesuffix(".json"): read_record(self.store, key, dict[str, Any]) for key in keys
        }

    def unsettled_runs(self) -> list[str]:
        """Runs that began and have not been settled, sorted: killed, failed, or still going on."""
        settled = {key.rpartition("/")[2].removesuffix(".json") for key in self.store.list("state/settled/")}
        return [run for run in self.runs() if run not in settled]

    def note_import(self, file_sha256: str, facts: dict[str, JsonValue]) -> bool:
        """Note that a file of another archive was taken in to its end."""
        return create_record(self.store, f"state/imports/{checked_segment(file_sha256)}.json", dict(facts))

    def import_done(self, file_sha256: str) -> bool:
        return self.store.exists(f"state/imports/{checked_segment(file_sha256)}.json")
