"""Protection pages: recognised, recorded, left alone. Nothing here helps to get around one.

A status alone proves nothing: 412, 202, 405 and 403 have ordinary meanings too. `blocked` needs two signals of
different kinds: status, words in the body, cookie or header, shape (a page that shows its reader next to nothing).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from model.vocabulary import Protection

LONGEST = 60_000
"""Characters of a page that are looked at: no challenge is longer, and reports are."""

BARE = 80
"""Characters of visible text below which a page shows its reader next to nothing."""


@dataclass(frozen=True)
class Marks:
    """What one product's page looks like. `headers` is matched against `name: value` lines of the answer.

    `body` can only match where one of `words`, in lower case, stands in the page: most pages hold none, and a search
    for words costs next to nothing.
    """

    product: str
    protection: Protection
    statuses: frozenset[int]
    body: str | None = None
    headers: str | None = None
    words: tuple[str, ...] = ()

    @cached_property
    def in_body(self) -> re.Pattern[str] | None:
        return re.compile(self.body, re.IGNORECASE) if self.body else None

    @cached_property
    def in_headers(self) -> re.Pattern[str] | None:
        return re.compile(self.headers, re.MULTILINE | re.IGNORECASE) if self.headers else None


MARKS = (
    Marks(
        "ruishu",
        Protection.RUISHU,
        frozenset({412, 202, 400}),
        r"\$_ts\b|_\$_t\(\)|<script[^>]*\br=['\"]m['\"]",
        r"^set-cookie: \w{8,}[STOP]=",
        words=("$_ts", "_$_t()", "r='m'", 'r="m"'),
    ),
    Marks(
        "jiasule",
        Protection.JIASULE,
        frozenset({521, 512, 403}),
        r"notice-jiasule|online-desc-con|365cyd\.com|云防护|document\.cookie\s*=[^<]{0,4000}location\.(?:href\s*=\s*location\.)?pathname",
        r"^set-cookie: __jsl\w*=|^x-via-jsl:",
        words=("notice-jiasule", "online-desc-con", "365cyd.com", "云防护", "document.cookie"),
    ),
    Marks(
        "aliyun",
        Protection.ALIYUN,
        frozenset({405}),
        r"可能对网站造成安全威胁|errors\.aliyun\.com|acw_sc__v2|\bvar\s+arg1\s*=",
        r"^set-cookie: acw_(?:tc|sc__v2)=",
        words=("可能对网站造成安全威胁", "errors.aliyun.com", "acw_sc__v2", "arg1"),
    ),
    Marks(
        "slider",
        Protection.SLIDER,
        frozenset({405, 412, 403}),
        r"puzzle-vcode|slide[-_]?verify|滑动验证|拖动滑块|请完成(?:安全)?验证",
        r"^set-cookie: \w*captcha\w*=",
        words=("puzzle-vcode", "verify", "滑动验证", "拖动滑块", "验证"),
    ),
    Marks("anyu", Protection.OTHER, frozenset({403}), r"intercepted by anyu", words=("intercepted by anyu",)),
    Marks(
        "360",
        Protection.OTHER,
        frozenset({493, 403}),
        r"360\s*网站卫士",
        r"^x-powered-by-360wzb:|^wzws-ray:",
        words=("网站卫士",),
    ),
    Marks(
        "yunsuo",
        Protection.OTHER,
        frozenset({403}),
        r"yunsuologo",
        r"^set-cookie: yunsuo_session",
        words=("yunsuologo",),
    ),
    Marks(
        "safedog",
        Protection.OTHER,
        frozenset({403}),
        r"safedog|网站防火墙",
        r"^set-cookie: safedog-flow-item=",
        words=("safedog", "网站防火墙"),
    ),
    Marks(
        "yundun",
        Protection.OTHER,
        frozenset({403}),
        r"yundun|云盾",
        r"^server: yundun|^set-cookie: (?:yundun|yjs_)",
        words=("yundun", "云盾"),
    ),
    Marks(
        "tencent",
        Protection.OTHER,
        frozenset({403}),
        r"腾讯云\s*Web\s*应用防火墙|腾讯云WAF",
        words=("应用防火墙", "腾讯云waf"),
    ),
    Marks(
        "huawei",
        Protection.OTHER,
        frozenset({403, 418}),
        r"华为云WAF|hws_security",
        r"^set-cookie: HWWAFSES",
        words=("华为云waf", "hws_security"),
    ),
    Marks(
        "safeline",
        Protection.OTHER,
        frozenset({403, 468}),
        r"<!--\s*event[ _]?id:",
        r"^set-cookie: sl-session=",
        words=("<!--",),
    ),
    Marks("c3vk", Protection.OTHER, frozenset(), r"\bC3VK\b", r"^set-cookie: C3VK=", words=("c3vk",)),
    Marks(
        "generic",
        Protection.OTHER,
        frozenset({403, 406, 449, 455}),
        r"访问被拒绝|请求存在威胁|不合法的参数|请开启JavaScript并刷新",
        r"^set-cookie: https_waf_cookie=",
        words=("访问被拒绝", "请求存在威胁", "不合法的参数", "请开启javascript并刷新"),
    ),
)


def recognise(
    status: int | None, headers: tuple[tuple[str, str], ...], text: str, visible: Callable[[], str]
) -> tuple[Protection, tuple[str, ...]] | None:
    """The protection behind an answer and the signals that show it; None without two of different kinds.

    `visible` gives the text that a reader would see, and is only called where it matters.
    """
    text = text[:LONGEST]
    lines = "\n".join(f"{name.lower()}: {value}" for name, value in headers)
    bare = len(visible()) < BARE
    lower = ""
    for marks in MARKS:
        signals = []
        if status in marks.statuses:
            signals.append(f"status {status}")
        header = marks.in_headers.search(lines) if marks.in_headers else None
        # The body alone is one signal: where no other can join it, it need not be searched.
        if marks.in_body and (signals or header or bare):
            lower = lower or text.lower()
            if any(word in lower for word in marks.words) and (found := marks.in_body.search(text)):
                signals.append(f"body {found[0][:40]!r}")
                if bare:
                    signals.append("shape: next to no visible text")
        if header:
            signals.append(f"header {header[0]!r}")
        # A cookie of a protection with an ordinary page behind it is daily life, and so is a refusal with that cookie
        # alone: the body has to say it too, unless the status is one that nothing else uses.
        telling = any(s.startswith("body") for s in signals) or status in {521, 493, 468}
        if len(signals) >= 2 and telling:
            return marks.protection, (marks.product, *signals)
    return None
