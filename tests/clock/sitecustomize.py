"""For child processes of tests, by PYTHONPATH: Python finds this module at its start, and the clock goes ahead.

`TEST_DAYS_AHEAD` says by how many days. Product code has no such switch: times in an archive are those of the clock.
"""

import os
from datetime import UTC, datetime, timedelta

import time_machine

if ahead := float(os.environ.get("TEST_DAYS_AHEAD", "0")):
    time_machine.travel(datetime.now(UTC) + timedelta(days=ahead), tick=True).start()
