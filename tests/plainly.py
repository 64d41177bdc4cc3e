"""`python -m tests.plainly STORE`: a run as `gongkai collect` makes it, without Prefect around it, in half the time."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping

from flows.opening import writable_archive
from flows.run import chosen_portals, own_equipment, run_once
from tests.running import PATIENCE, kill


def started(store: str, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Such a run, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.plainly", store],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(store: str, environment: Mapping[str, str]) -> None:
    """Such a run to its end, without an error."""
    process = started(store, environment)
    try:
        _, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    assert process.returncode == 0, err


def main(store: str) -> None:
    given = own_equipment()
    portals = chosen_portals([], given.settings.portals)
    archive = writable_archive(store, given.settings)
    asyncio.run(run_once(given, archive, portals, portals, store, "due"))


if __name__ == "__main__":
    main(sys.argv[1])
