"""The browser: found, started only when a page needs it, and never let onto the network by itself.

Every request that a page makes is answered by the same polite fetching as everything else, so that robots, pace,
budget, allow-list and the ledger hold for it too. Playwright is driven directly: nothing of it runs in a crawl that
renders nothing.
"""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from model.errors import Misconfigured

try:
    from playwright.async_api import Error as PlaywrightError
    from playwright.async_api import async_playwright
except ImportError:  # the extra `browser` is not installed; said where a page needs it
    async_playwright = None  # type: ignore[assignment]

    class PlaywrightError(Exception):  # type: ignore[no-redef]
        """Stands in for Playwright's own, which nothing can raise without it."""


__all__ = ["Browser", "BrowserMissing", "PlaywrightError", "Shown", "find_chromium"]

log = logging.getLogger(__name__)

ON_PATH = ("chromium", "chromium-browser", "google-chrome")
PAGES_AT_ONCE = 2
LOAD_SECONDS = 120
QUIET_SECONDS = 0.4
"""A page that has asked nothing for so long has shown what it shows."""

# A reader's way to the next rows: the visible element with such a text
NEXT_BUTTON = r"text=/^\s*(下一页|下页|加载更多|查看更多|更多)\s*[>»›]*\s*$/"

Answer = Callable[[Any], Awaitable[tuple[int, str, bytes] | None]]
"""From a request of the page to status, media type and body, or None where it is not to be asked."""


class BrowserMissing(Misconfigured):
    """A page needs a browser and there is none."""


def find_chromium(setting: Path | None = None) -> Path:
    """The browser to start: the given one, Playwright's own, or one on PATH. Raises BrowserMissing."""
    if setting is not None:
        if setting.is_file():
            return setting
        raise BrowserMissing(f"{setting} is set as browser and is no file; correct GONGKAI_BROWSER or remove it.")
    for found in [*_playwright_own(), *(Path(p) for name in ON_PATH if (p := shutil.which(name)))]:
        return found
    raise BrowserMissing(
        "A page needs a browser and none was found; run `playwright install chromium`, or install your system's "
        "chromium package, or set GONGKAI_BROWSER to a Chromium."
    )


def _playwright_own() -> list[Path]:
    place = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = (
        [Path(place)] if place else [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    )
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium")
    return sorted((f for d in folders for p in patterns for f in d.glob(p)), reverse=True)


class Shown:
    """A page in the browser."""

    def __init__(self, page: Any, under_way: set[Any]) -> None:
        self._page = page
        self._under_way = under_way

    async def html(self) -> str:
        """The document as it stands now."""
        content: str = await self._page.content()
        return content

    async def turn(self) -> bool:
        """Press the button for the next rows and wait for them; False when there is none to press."""
        button = self._page.locator(NEXT_BUTTON).locator("visible=true").first
        if await button.count() == 0 or not await button.is_enabled():
            return False
        await button.click(timeout=5000)
        await self.settle()
        return True

    async def settle(self) -> None:
        """Wait until the page asks nothing any more."""
        quiet = 0.0
        for _ in range(int(LOAD_SECONDS / 0.1)):
            await asyncio.sleep(0.1)
            quiet = 0.0 if self._under_way else quiet + 0.1
            if quiet >= QUIET_SECONDS:
                return


class Browser:
    """One Chromium for a crawl, started at the first page that needs it."""

    def __init__(self, setting: Path | None) -> None:
        self._setting = setting
        self._room = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._playwright: Any = None
        self._chromium: Any = None

    @asynccontextmanager
    async def show(self, url: str, agent: str, answer: Answer) -> AsyncIterator[Shown]:
        """Open `url` in a context of its own, every request answered by `answer`. Raises BrowserMissing."""
        async with self._room:
            chromium = await self._started()
            context = await chromium.new_context(user_agent=agent, locale="zh-CN", service_workers="block")
            try:
                under_way: set[Any] = set()
                page = await context.new_page()

                async def route(passing: Any) -> None:
                    under_way.add(passing)
                    try:
                        await _answer(passing, answer)
                    finally:
                        under_way.discard(passing)

                await context.route("**/*", route)
                shown = Shown(page, under_way)
                await page.goto(url, wait_until="domcontentloaded", timeout=LOAD_SECONDS * 1000)
                await shown.settle()
                yield shown
            finally:
                await context.close()

    async def close(self) -> None:
        """End the browser if it was started."""
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def _started(self) -> Any:
        async with self._starting:
            if self._chromium is None:
                executable = find_chromium(self._setting)
                if async_playwright is None:
                    raise BrowserMissing("A page needs a browser; install the extra: pip install 'gongkai[browser]'.")
                self._playwright = await async_playwright().start()
                # Chromium refuses to run its sandbox as root; everybody else has it.
                sandbox = os.getuid() != 0 if hasattr(os, "getuid") else True
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=str(executable), headless=True, chromium_sandbox=sandbox
                )
            return self._chromium


async def _answer(passing: Any, answer: Answer) -> None:
    found = await answer(passing.request)
    if found is None:
        await passing.abort()
    else:
        status, media_type, body = found
        await passing.fulfill(status=status, headers={"content-type": media_type}, body=body)
