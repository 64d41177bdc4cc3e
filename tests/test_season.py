"""Three months of eight portals in a minute: what was told is what happened, to the last event, and nothing else."""

import json
import subprocess
import sys

import pytest

EVERYTHING = {
    "disappeared", "edited", "late", "overdue", "portal_blocked", "portal_changed", "portal_silent", "published",
    "reappeared", "revised", "withdrawn",
}  # fmt: skip


@pytest.mark.timeout(600)
def test_a_season_comes_out_as_it_was_played() -> None:
    """From before 31 January until after 31 March, with a run every twelve hours; `make season` plays the whole."""
    season = ["--portals", "8", "--first", "120", "--from", "2026-01-20", "--to", "2026-04-12", "--step", "12"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.season", *season], capture_output=True, text=True, timeout=560, check=False
    )
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert (told["missing"], told["surplus"], told["wrong_figures"]) == ([], [], [])
    assert told["events"] == told["ledger"]
    assert set(told["events"]) == EVERYTHING
    # Every confirmed one reached the webhook, once, and no later than one interval of the schedule and five minutes.
    assert told["not_alerted"] == []
    assert told["hours_to_alert"]["over_one_interval_and_five_minutes"] == 0
    assert told["hours_to_alert"]["measured"] >= 10
    assert done.returncode == 0
