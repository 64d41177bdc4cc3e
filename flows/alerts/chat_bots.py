"""Group robots of 企业微信, 钉钉, 飞书 and Lark.

They answer HTTP 200 also when they refuse a message and say so in a code in the body, which Apprise (1.13) takes for
sent. So Apprise understands the address, and the message is posted and the answer read here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from model.event_messages import Message

from .addresses import plugin_of
from .quiet import no_secrets_in_logs, within
from .sending import Delivery, DeliveryFailed, DeliveryRefused, Reason, judge_status

if TYPE_CHECKING:
    import httpx

TIMEOUT = timedelta(seconds=20)
# All of them count per minute.
PAUSE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Bot:
    """`url` and `params` come from Apprise's plugin. `code`: key of the answer that is 0 when the message is out."""

    url: Callable[[Any], str]
    payload: Callable[[str], dict[str, Any]]
    code: str
    throttled: frozenset[int]
    longest: int  # bytes of text
    params: Callable[[Any], dict[str, str]] = field(default=lambda _: {})


def _dingtalk_signature(plugin: Any) -> dict[str, str]:
    """`timestamp` and `sign`, when the robot's security setting is 加签; the plugin quotes, httpx would once more."""
    if not plugin.secret:
        return {}
    timestamp, sign = plugin.get_signature()
    return {"timestamp": timestamp, "sign": unquote(sign)}


def _text(text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def _lark_text(text: str) -> dict[str, Any]:
    return {"msg_type": "text", "content": {"text": text}}


BOTS = {
    "wecombot": _Bot(
        url=lambda plugin: plugin.api_url, payload=_text, code="errcode", throttled=frozenset({45009}), longest=2048
    ),
    "dingtalk": _Bot(
        url=lambda plugin: f"https://oapi.dingtalk.com/robot/send?access_token={plugin.token}",
        payload=_text,
        code="errcode",
        throttled=frozenset({130101, 90030}),
        longest=18_000,
        params=_dingtalk_signature,
    ),
    "feishu": _Bot(
        url=lambda plugin: plugin.notify_url.format(token=plugin.token).rstrip("/"),
        payload=_lark_text,
        code="code",
        throttled=frozenset({11232}),
        longest=18_000,
    ),
    "lark": _Bot(
        url=lambda plugin: plugin.webhook_url,
        payload=_lark_text,
        code="code",
        throttled=frozenset({11232}),
        longest=18_000,
    ),
}
# "System busy" of 企业微信 and 钉钉.
_BUSY = -1


class ChatBot:
    """Posts the text to a group robot and believes only its code 0."""

    def __init__(self, url: str, timeout: timedelta = TIMEOUT, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._timeout = timeout
        self._transport = transport

    def send(self, delivery: Delivery) -> None:
        plugin = plugin_of(self._url)
        if plugin is None:
            raise DeliveryRefused("is no address that Apprise understands")
        bot = BOTS[self._url.partition("://")[0].lower()]
        answer = within(self._timeout, lambda: self._post(bot, plugin, delivery))
        judge_status(answer.status_code, answer.headers.get("Retry-After"), delivery.now)
        try:
            code = json.loads(answer.content)[bot.code]
        except (ValueError, KeyError, TypeError):
            raise DeliveryFailed("answered something that is not the robot's", Reason.UNCLEAR) from None
        if code in bot.throttled:
            raise DeliveryFailed(f"answered code {code}: too many messages", Reason.THROTTLED, PAUSE)
        if code == _BUSY:
            raise DeliveryFailed("answered that it is busy", Reason.SERVER_ERROR)
        if code != 0:
            raise DeliveryRefused(f"answered code {code}; look it up and mend the robot's key, keyword or signature")

    def _post(self, bot: _Bot, plugin: Any, delivery: Delivery) -> httpx.Response:
        import httpx

        text = shortened(delivery.message, delivery.key, bot.longest)
        url = httpx.URL(bot.url(plugin)).copy_merge_params(bot.params(plugin))
        try:
            with (
                no_secrets_in_logs(),
                httpx.Client(
                    timeout=self._timeout.total_seconds(), follow_redirects=False, transport=self._transport
                ) as client,
            ):
                return client.post(url, json=bot.payload(text))
        except httpx.TimeoutException:
            raise DeliveryFailed("did not answer in time", Reason.TIMEOUT) from None
        except httpx.TransportError:
            raise DeliveryFailed("could not be reached, or broke off", Reason.CONNECTION) from None


def shortened(message: Message, key: str, longest: int) -> str:
    """Title and text with the key in the last line, in `longest` bytes of UTF-8 at most.

    What has to be left out shows as …, and the link stays.
    """
    text, footer = f"{message.title}\n\n{message.text}", f"\n\ngongkai · {key}"
    if len((text + footer).encode()) <= longest:
        return text + footer
    footer = f"…\n{message.link or ''}{footer}"
    room = max(longest - len(footer.encode()), 0)
    return text.encode()[:room].decode(errors="ignore") + footer
