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
PAGES_EACH = 40
"""Pages after which a fresh Chromium takes over: what its process keeps between contexts does not pile up."""
HEAP_MEGABYTES = 512
"""Of scripts, for each page; one that wants more is ended by Chromium and told as not rendered."""
LOAD_SECONDS = 120
QUIET_SECONDS = 0.4
"""A page that has asked nothing for so long has shown what it shows."""

# A reader's way to the next rows: the visible element with such a text
NEXT_BUTTON = r"text=/^\s*(下一页|下页|加载更多|查看更多|更多)\s*[>»›]*\s*$/"

# Requests are answered by us; sockets, preconnections and WebRTC do not pass there and would reach whatever a page
# names, this machine too. So no name has an address, and what is left goes to a proxy that nobody runs.
CUT_OFF = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--no-pings",
)

DRAWN_ALIKE = """() => {
  const drawn = ['报', '告'].map(character => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 32;
    const pen = canvas.getContext('2d'); pen.font = '24px sans-serif'; pen.fillText(character, 2, 26);
    return canvas.toDataURL(); });
  return drawn[0] === drawn[1]; }"""

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

    def __init__(self, page: Any) -> None:
        self._page = page
        self.under_way: set[Any] = set()
        self.asked = 0
        """Requests that the page has made so far."""

    async def html(self) -> str:
        """The document as it stands now."""
        content: str = await self._page.content()
        return content

    async def writes_chinese(self) -> bool:
        """Has this machine a font for Chinese? Without one all characters are drawn as the same box."""
        drawn: bool = await self._page.evaluate(DRAWN_ALIKE)
        return not drawn

    async def picture(self) -> bytes:
        """The whole page as it stands now, as PNG."""
        shot: bytes = await self._page.screenshot(full_page=True, type="png", animations="disabled", timeout=30_000)
        return shot

    async def turn(self) -> bool:
        """Press the button for the next rows, or scroll to the end, and wait; False when that brings nothing."""
        button = self._page.locator(NEXT_BUTTON).locator("visible=true").first
        if await button.count() and await button.is_enabled():
            await button.click(timeout=5000)
            await self.settle()
            return True
        before = self.asked
        await self._page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        await self.settle()
        return self.asked > before

    async def settle(self) -> None:
        """Wait until the page asks nothing any more."""
        quiet = 0.0
        for _ in range(int(LOAD_SECONDS / 0.1)):
            await asyncio.sleep(0.1)
            quiet = 0.0 if self.under_way else quiet + 0.1
            if quiet >= QUIET_SECONDS:
                return


class Browser:
    """One Chromium at a time for a crawl, started at the first page that needs it.

    Every page has a context of its own, at most PAGES_AT_ONCE are open, and after `pages_each` pages Chromium is
    started anew: so memory does not grow with the number of pages.
    """

    def __init__(self, setting: Path | None, *, pages_each: int = PAGES_EACH) -> None:
        self._setting = setting
        self._pages_each = pages_each
        self._room = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._idle = asyncio.Condition()
        self._open = 0
        self._shown = 0
        self._playwright: Any = None
        self._chromium: Any = None
        self.started = 0
        """Chromiums started so far."""

    @asynccontextmanager
    async def show(self, url: str, agent: str, answer: Answer) -> AsyncIterator[Shown]:
        """Open `url` in a context of its own, every request answered by `answer`. Raises BrowserMissing."""
        async with self._room:
            chromium = await self._taken()
            try:
                context = await chromium.new_context(user_agent=agent, locale="zh-CN", service_workers="block")
                try:
                    page = await context.new_page()
                    shown = Shown(page)

                    async def route(passing: Any) -> None:
                        shown.asked += 1
                        shown.under_way.add(passing)
                        try:
                            await _answer(passing, answer)
                        finally:
                            shown.under_way.discard(passing)

                    await context.route("**/*", route)
                    await page.goto(url, wait_until="domcontentloaded", timeout=LOAD_SECONDS * 1000)
                    await shown.settle()
                    yield shown
                finally:
                    await context.close()
            finally:
                await self._left()

    async def close(self) -> None:
        """End the browser if it was started."""
        await self._end_chromium()
        if self._playwright is not None:
            await self._playwright.stop()

    async def _taken(self) -> Any:
        """The running Chromium for one page more; a fresh one where this one has shown enough, or has died."""
        async with self._starting:
            if self._chromium is not None and (self._shown >= self._pages_each or not self._chromium.is_connected()):
                async with self._idle:
                    await self._idle.wait_for(lambda: self._open == 0)
                await self._end_chromium()
            if self._chromium is None:
                self._chromium = await self._launched()
                self._shown = 0
                self.started += 1
            self._shown += 1
            self._open += 1
            return self._chromium

    async def _left(self) -> None:
        async with self._idle:
            self._open -= 1
            self._idle.notify_all()

    async def _end_chromium(self) -> None:
        chromium, self._chromium = self._chromium, None
        if chromium is not None:
            await chromium.close()

    async def _launched(self) -> Any:
        executable = find_chromium(self._setting)
        if async_playwright is None:
            raise BrowserMissing("A page needs a browser; install the extra: pip install 'gongkai[browser]'.")
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        # Chromium refuses to run its sandbox as root; everybody else has it.
        sandbox = os.getuid() != 0 if hasattr(os, "getuid") else True
        return await self._playwright.chromium.launch(
            executable_path=str(executable),
            headless=True,
            chromium_sandbox=sandbox,
            args=[f"--js-flags=--max-old-space-size={HEAP_MEGABYTES}", *CUT_OFF],
        )


async def _answer(passing: Any, answer: Answer) -> None:
    found = await answer(passing.request)
    if found is None:
        await passing.abort()
    else:
        status, media_type, body = found
        await passing.fulfill(status=status, headers={"content-type": media_type}, body=body)
