"""What one fetch turned out to be. HTTP 200 proves nothing: `ok` means that the expected content was found."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from model.vocabulary import FetchState, Protection
from spiders.page import Page
from spiders.protections import recognise

HOME = re.compile(r"^/?(?:(?:index|default|main|home)\.\w+)?$", re.IGNORECASE)
NOT_FOUND = re.compile(
    r"(?:网页|页面|信息|内容|文章|文件)(?:不存在|未找到|没有?找到|找不到)|找不到(?:该|此|您|你|页面|网页|相关)"
    r"|(?:信息|文章|内容|页面)已(?:被)?(?:删除|下线|撤销)|访问的(?:页面|信息|文章|内容)已?(?:不存在|被?删除|找不到)"
    r"|404\s*not found",
    re.IGNORECASE,
)
NOT_FOUND_TITLE = re.compile(r"(?:^|\D)404(?:\D|$)|页面不存在|找不到页面|not found", re.IGNORECASE)
TOO_OFTEN = re.compile(r"访问(?:过于|太)频繁|请求(?:过于|太)频繁|操作(?:过于|太)频繁|too many requests", re.IGNORECASE)
UPKEEP = re.compile(r"(?:系统|网站|平台)(?:正在)?(?:升级)?维护|(?:系统|网站)升级|维护中|暂停服务")
LOGIN_PATH = re.compile(r"/(?:login|sso|cas|signin)(?:[/.?]|$)", re.IGNORECASE)
NOTHING_HERE = re.compile(r"暂无(?:数据|信息|内容|相关|记录)|没有(?:找到)?(?:数据|记录|相关信息)|无相关(?:数据|信息)")
SHORT = 1500
"""A page with more visible text than this says "not found" somewhere else than about itself."""


@dataclass(frozen=True)
class Answer:
    """What came back for one request, with the payload unpacked and decoded where it is text.

    `lost`: the connection ended before the payload did. `failure`: no answer, and why. `private`: the name led into a
    private network. `off_site`: where a redirect wanted to go, and why we did not. `shows_home`: the home page stands
    under the address of another. `moved_to`: a permanent redirect gave the page this new address. `lost_way`: why a
    redirect could not be followed.
    """

    requested_url: str
    url: str
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    page: Page | None = None
    size: int = 0
    lost: bool = False
    failure: str | None = None
    too_large: bool = False
    tls: bool = False
    private: bool = False
    off_site: str | None = None
    to_home: bool = False
    answered_before: bool = False
    shared_shell: bool = False
    shows_home: bool = False
    moved_to: str | None = None
    lost_way: str | None = None


@dataclass(frozen=True)
class Verdict:
    """State, protection where blocked, and what was seen. `parts`: further parts that the page of a document names."""

    state: FetchState
    protection: Protection | None = None
    signals: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def judge(answer: Answer, content: Callable[[Page], Verdict]) -> Verdict:
    """Decide the one state of a fetch; `content` judges a page that answered like a page."""
    without_answer = _unanswered(answer)
    if without_answer:
        return without_answer
    page, status = answer.page, answer.status or 0
    text = page.text if page else ""
    if challenge := recognise(status, answer.headers, text, lambda: page.visible_text if page else ""):
        return Verdict(FetchState.BLOCKED, challenge[0], challenge[1])
    if answer.off_site:
        return Verdict(FetchState.OFF_SITE, signals=(f"leads to {answer.off_site}",))
    if answer.to_home:
        return Verdict(FetchState.SOFT_404, signals=("redirected to the home page",))
    if status == 304:
        return Verdict(FetchState.NOT_MODIFIED)
    verdict = _by_status(answer, status, page) or _by_content(answer, page, content)
    if verdict.state is FetchState.OK and answer.moved_to:
        signals = (*verdict.signals, f"permanently at {answer.moved_to}")
        return Verdict(FetchState.MOVED, signals=signals, parts=verdict.parts)
    return verdict


def _unanswered(answer: Answer) -> Verdict | None:
    if answer.too_large:
        return Verdict(FetchState.TOO_LARGE, signals=(answer.failure or "larger than the limit",))
    if answer.private:
        return Verdict(FetchState.OFF_SITE, signals=(answer.failure or "a private address",))
    if answer.tls:
        return Verdict(FetchState.TLS_ERROR, signals=(answer.failure or "TLS failed",))
    if answer.status is None:
        return Verdict(FetchState.UNREACHABLE, signals=(answer.failure or "no answer",))
    if answer.lost or answer.failure:
        return Verdict(FetchState.INCOMPLETE, signals=(answer.failure or "the payload ended early",))
    return None


def _by_status(answer: Answer, status: int, page: Page | None) -> Verdict | None:
    visible = page.visible_text[:SHORT] if page and status >= 400 else ""
    if status in {404, 410}:
        return Verdict(FetchState.GONE, signals=(f"status {status}",))
    if status == 429 or (status >= 400 and TOO_OFTEN.search(visible)):
        return Verdict(FetchState.THROTTLED, signals=(f"status {status}",))
    if status == 401:
        return Verdict(FetchState.LOGIN, signals=("status 401",))
    if status == 503:
        says_when = any(name.lower() == "retry-after" for name, _ in answer.headers)
        upkeep = UPKEEP.search(visible)
        state = FetchState.MAINTENANCE if upkeep else FetchState.THROTTLED if says_when else FetchState.UNREACHABLE
        return Verdict(state, signals=("status 503", *((upkeep[0],) if upkeep else ())))
    if status == 400 and answer.answered_before:
        return Verdict(FetchState.THROTTLED, signals=("status 400 from a host that answered before",))
    if not 200 <= status < 300:
        way = (answer.lost_way,) if answer.lost_way else ()
        return Verdict(FetchState.UNREACHABLE, signals=(f"status {status}", *way))
    return None


def _by_content(answer: Answer, page: Page | None, content: Callable[[Page], Verdict]) -> Verdict:
    if answer.size == 0:
        return Verdict(FetchState.OK_EMPTY, signals=("empty payload",))
    if page is None:
        return Verdict(FetchState.OK)
    if answer.shows_home:
        # A host that has shown pages before and now answers everything with its home page has had enough of us.
        state = FetchState.THROTTLED if answer.answered_before else FetchState.SOFT_404
        return Verdict(state, signals=("status 200", "the home page stands under another address"))
    if answer.shared_shell:
        return Verdict(FetchState.SOFT_404, signals=("the same small page answers for other addresses",))
    visible = page.visible_text
    short = len(visible) < SHORT
    if NOT_FOUND_TITLE.search(page.title) or (short and NOT_FOUND.search(visible)):
        return Verdict(FetchState.SOFT_404, signals=("the page says that it does not exist",))
    if short and TOO_OFTEN.search(visible):
        return Verdict(FetchState.THROTTLED, signals=("the page says: too often",))
    asks_password = short and any((field.get("type") or "").lower() == "password" for field in page.tree.iter("input"))
    if asks_password and (LOGIN_PATH.search(urlsplit(page.url).path) or "登录" in page.title):
        return Verdict(FetchState.LOGIN, signals=("the page asks for a password",))
    if short and (found := UPKEEP.search(page.title) or (len(visible) < 300 and UPKEEP.search(visible))):
        return Verdict(FetchState.MAINTENANCE, signals=(found[0],))
    return content(page)


def leads_home(requested: str, target: str) -> bool:
    """Does a redirect send a reader of a deep page to a home page?"""
    asked, answered = urlsplit(requested), urlsplit(target)
    deep = asked.path.strip("/").count("/") >= 1 or not HOME.match(asked.path)
    return deep and bool(HOME.match(answered.path)) and not answered.query and asked.path != answered.path
