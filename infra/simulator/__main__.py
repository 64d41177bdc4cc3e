"""`python -m infra.simulator --site qinghe … [--case N] [--state FILE]`: run until SIGTERM or standard input ends.

Prints one JSON line once everything listens:
{"control": "http://127.0.0.1:40001/control", "sites": {"qinghe": "http://127.0.0.1:40002/"}, "entries": {…}}
"""

import argparse
import json
import os
import signal
import stat
import sys
import threading
from pathlib import Path

from infra.simulator.cases import load_case
from infra.simulator.simulation import Simulator
from infra.simulator.site import bundled_sites
from model.clock import utc_now
from model.errors import GongkaiError


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator; 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m infra.simulator", description="Simulated portals on loopback")
    parser.add_argument(
        "--site", action="append", default=[], help=f"one of {', '.join(bundled_sites())}, or a YAML file"
    )
    parser.add_argument("--case", type=int, help="the sites of one of the 27 cases (1 to 27)")
    parser.add_argument("--state", type=Path, help="keeps ports and changes from one start to the next")
    parser.add_argument(
        "--machine-time", action="store_true", help="servers tell this machine's time, not that of the site's own clock"
    )
    options = parser.parse_args(arguments)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    try:
        simulator = Simulator.start(
            options.site,
            configs=load_case(options.case) if options.case else None,
            state=options.state,
            now=utc_now if options.machine_time else None,
        )
    except GongkaiError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with simulator:
        sites = {name: simulator.base_url(name) for name in simulator.hosts}
        entries = {name: simulator.entry_url(name) for name in simulator.hosts}
        line = {"control": simulator.control_url, "sites": sites, "entries": entries}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        threading.Thread(target=_watch_standard_input, args=(ended,), daemon=True).start()
        ended.wait()
    return 0


def _watch_standard_input(ended: threading.Event) -> None:
    """End with the parent: when standard input is a pipe and closes. A terminal or /dev/null says nothing."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return
    while os.read(0, 4096):
        pass
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
