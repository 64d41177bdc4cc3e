"""As in the image: nobody in particular, a root that can't be written, Chromium in its own sandbox; by bubblewrap."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator

REPOSITORY = Path(__file__).parents[1]
PLACE = "/mnt"
SANDBOX = """
import asyncio, os
from playwright.async_api import async_playwright
async def told():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ["GONGKAI_BROWSER"], chromium_sandbox=True)
        page = await browser.new_page()
        await page.goto("chrome://sandbox")
        print(await page.inner_text("body"))
        await browser.close()
asyncio.run(told())
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="apt-get install bubblewrap"),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium of the system"),
]


def boxed(data: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command of this installation as the image's user; `data` is the one folder that it can write."""
    box = ["bwrap", "--unshare-user", "--uid", "10001", "--gid", "10001", "--unshare-pid", "--ro-bind", "/", "/"]
    box += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(data), PLACE, "--chdir", PLACE]
    for folder in {REPOSITORY, Path(sys.prefix).resolve()}:
        box += ["--ro-bind", str(folder), str(folder)]
    told = {
        "HOME": PLACE,
        "PREFECT_HOME": f"{PLACE}/prefect",
        "GONGKAI_CACHE": f"{PLACE}/cache",
        "GONGKAI_PORTALS": f"{PLACE}/portals",
        "GONGKAI_STORE": f"{PLACE}/archive",
        "GONGKAI_BROWSER": str(shutil.which("chromium")),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run([*box, *command], env={**os.environ, **told}, capture_output=True, text=True, timeout=240,
                          check=False)  # fmt: skip


def test_a_portal_that_needs_a_browser_is_collected_by_nobody_on_a_read_only_root(tmp_path: Path) -> None:
    assert boxed(tmp_path, "touch", "/usr/x").returncode != 0
    shown = boxed(tmp_path, sys.executable, "-c", SANDBOX)
    assert "You are adequately sandboxed." in shown.stdout, shown.stderr
    with Simulator.start(["yunling"]) as simulator:
        write_portals(simulator, ["yunling"], tmp_path / "portals")
        fit = boxed(tmp_path, sys.executable, "-m", "flows.cli", "doctor")
        assert fit.returncode == 0, fit.stdout
        done = boxed(tmp_path, sys.executable, "-m", "flows.cli", "collect", "--json")
    assert done.returncode == 0, done.stderr
    (portal,) = json.loads(done.stdout)["portals"]
    assert (portal["family"], portal["complete"], portal["problems"]) == ("rendered", True, [])
    assert len(portal["documents"]) == 11
    assert list((tmp_path / "archive" / "reports").rglob("1.json"))
