"""`python -m flows.browser_setup`: see to it that there is a browser, as far as this machine lets us.

One that is there is taken; else Playwright's own is downloaded; else, as root on Debian, apt brings one. Without any,
everything but portals that need a browser works.
"""

import os
import shutil
import subprocess
import sys

from flows.settings import Settings
from spiders.browser import BrowserMissing, find_chromium

LONGEST_INSTALL = 600  # seconds


def ways() -> list[list[str]]:
    """Commands that may bring a browser, the better first."""
    root = os.geteuid() == 0
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    found = [[*playwright, "--with-deps"] if root else playwright]
    if root and shutil.which("apt-get"):
        found.append(["sh", "-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"])
    return found


def main() -> int:
    """0 when there is a browser in the end."""
    setting = Settings().browser
    for way in [None, *ways()]:
        if way is not None:
            sys.stderr.write(f"No browser yet; trying: {' '.join(way)}\n")
            try:
                subprocess.run(way, check=False, timeout=LONGEST_INSTALL, stdout=subprocess.DEVNULL)
            except subprocess.TimeoutExpired:
                sys.stderr.write(f"gave up after {LONGEST_INSTALL} seconds\n")
        try:
            sys.stderr.write(f"Browser: {find_chromium(setting)}\n")
        except BrowserMissing as error:
            missing = error
        else:
            return 0
    sys.stderr.write(f"{missing} Until then portals that need a browser are left out.\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
