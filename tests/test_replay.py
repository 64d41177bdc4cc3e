"""Exports in the programs of others: `wacz validate`, the reference indexer, and pywb played in a real browser.

Run by `make replay`, which installs them apart and names the place in GONGKAI_REPLAY_TOOLS.
"""

import hashlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import sync_playwright

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from model.capture import Capture
from spiders.browser import find_chromium
from spiders.decode import CODINGS
from storage.archive import Archive
from storage.local_folder import LocalFolder
from tests.running import finished, kill

pytestmark = pytest.mark.replay
SITE = "baisha"


def tool(name: str) -> str:
    return str(Path(os.environ["GONGKAI_REPLAY_TOOLS"]) / name)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one portal and its exports."""
    folder = tmp_path_factory.mktemp("replay")
    with Simulator.start([SITE]) as simulator:
        write_portals(simulator, [SITE], folder / "portals")
        environment = {"PREFECT_HOME": str(folder / "prefect"), "GONGKAI_PORTALS": str(folder / "portals")}
        for _ in range(2):  # the second run adds revisits
            done = finished("collect", "--recheck", "all", "--store", str(folder / "archive"), environment=environment)
            assert done.returncode == 0, done.stderr
    for kind, name in (("warc", "all.warc.gz"), ("wacz", "all.wacz")):
        done = finished(
            "export", kind, "--store", str(folder / "archive"), "--to", str(folder / name), environment=environment
        )
        assert done.returncode == 0, done.stderr
    return folder


def pages(folder: Path) -> list[Capture]:
    archive = Archive(LocalFolder(folder / "archive"))
    return [c for c in archive.all_captures() if c.kind == "page" and c.status == 200 and c.body is not None]


def test_the_checkers_of_others_find_nothing(exported: Path) -> None:
    for command in (["warcio", "check", "-v", "all.warc.gz"], ["wacz", "validate", "-f", "all.wacz"]):
        done = subprocess.run(
            [tool(command[0]), *command[1:]], cwd=exported, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_index_is_that_of_the_reference_indexer(exported: Path) -> None:
    with ZipFile(exported / "all.wacz") as package:
        ours = package.read("indexes/index.cdxj").decode().splitlines()
        (exported / "data.warc.gz").write_bytes(package.read("archive/data.warc.gz"))
    done = subprocess.run(
        [tool("cdxj-indexer"), "--sort", "data.warc.gz"], cwd=exported, capture_output=True, text=True, check=True
    )
    theirs = [line for line in done.stdout.splitlines() if "urn:gongkai:" not in line]

    def told(lines: list[str]) -> list[tuple[str, str, str, str, str]]:
        split = [(line.split(" ", 2)[:2], json.loads(line.split(" ", 2)[2])) for line in lines]
        return sorted((*head, entry["offset"], entry["length"], entry["mime"]) for head, entry in split)

    assert told(ours) == told(theirs)


@contextmanager
def playing(folder: Path) -> Iterator[str]:
    """pywb on a free port; the address of the collection."""
    for command in (["init", "all"], ["add", "all", str(folder / "all.warc.gz")]):
        subprocess.run([tool("wb-manager"), *command], cwd=folder, check=True, capture_output=True, timeout=120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [tool("wayback"), "-b", "127.0.0.1", "-p", str(port)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < until, "pywb did not start"
            assert process.poll() is None
            time.sleep(0.2)  # a server that starts gives no other sign
        yield f"http://127.0.0.1:{port}/all"
    finally:
        kill(process)


def test_pywb_gives_the_same_bytes_and_a_browser_shows_the_page(exported: Path) -> None:
    chosen = pages(exported)
    assert len(chosen) >= 4
    with playing(exported) as address, sync_playwright() as playwright:
        for capture in chosen:
            assert capture.body is not None
            stamp = f"{capture.fetched_at:%Y%m%d%H%M%S}"
            # As we asked the server: a player unpacks for who does not say that it can.
            asked = urllib.request.Request(f"{address}/{stamp}id_/{capture.url}", headers={"Accept-Encoding": CODINGS})
            with urllib.request.urlopen(asked, timeout=30) as answer:
                assert hashlib.sha256(answer.read()).hexdigest() == capture.body.sha256
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page()
        page.goto(f"{address}/{chosen[0].fetched_at:%Y%m%d%H%M%S}/{chosen[0].url}")
        # The player puts the page into a frame of its own, below its banner.
        page.frame_locator("#replay_iframe").get_by_text("本年新收政府信息公开申请数量").first.wait_for()
        shown = page.frame_locator("#replay_iframe").locator("body").inner_text()
        browser.close()
    assert "政府信息公开" in shown
    assert "本年新收政府信息公开申请数量" in shown
