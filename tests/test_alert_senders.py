"""Ways of sending: the webhook, group robots and Apprise, against a receiver on loopback or a scripted transport."""

import hmac
import json
import logging
import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from flows.alerts.apprise_sender import AppriseSender
from flows.alerts.chat_bots import ChatBot
from flows.alerts.senders import sender_for
from flows.alerts.sending import Delivery, DeliveryFailed, DeliveryRefused, Reason
from flows.alerts.webhook import Webhook
from model.event_messages import message_of
from tests.alert_receiver import NOON, Answer, Receiver, event, receiving, subscription

DELIVERY = Delivery((event(),), message_of(event()), "0123456789abcdef" * 2, NOON)
SHORT = timedelta(seconds=0.3)
TOKEN = "8b869378-7559-4a5e-8b0e-2e64cfa9e6b1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_silent_webhook_is_given_up(receiver: Receiver) -> None:
    receiver.script = [Answer(how="hang")]
    with pytest.raises(DeliveryFailed) as error:
        Webhook(receiver.webhook.removeprefix("webhook+"), SHORT).send(DELIVERY)
    assert error.value.reason is Reason.TIMEOUT


def test_a_signature_proves_sender_body_and_time(receiver: Receiver) -> None:
    Webhook(f"http://127.0.0.1:{receiver.port}/hook", secret="k3y").send(DELIVERY)
    Webhook(f"http://127.0.0.1:{receiver.port}/hook").send(DELIVERY)
    signed, plain = receiver.got
    timestamp = signed.headers["gongkai-timestamp"]
    assert timestamp == str(int(NOON.timestamp()))
    expected = hmac.new(b"k3y", timestamp.encode() + b"." + signed.body, "sha256").hexdigest()
    assert signed.headers["gongkai-signature"] == f"sha256={expected}"
    assert "gongkai-signature" not in plain.headers


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.script = [Answer(307, {"Location": "/elsewhere"})]
    with pytest.raises(DeliveryRefused, match="answered 307, and redirects are not followed"):
        Webhook(receiver.webhook.removeprefix("webhook+")).send(DELIVERY)
    assert [got.path for got in receiver.got] == ["/hook"]


def test_apprise_sends_title_text_and_key(receiver: Receiver) -> None:
    AppriseSender(f"json://127.0.0.1:{receiver.port}/desk").send(DELIVERY)
    (got,) = receiver.got
    assert got.path == "/desk"
    assert got.json["title"] == DELIVERY.message.title
    assert got.json["message"] == f"{DELIVERY.message.text}\n\ngongkai · {DELIVERY.key}"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(503), DeliveryFailed, Reason.SERVER_ERROR),
        (Answer(429), DeliveryFailed, Reason.THROTTLED),
        (Answer(401), DeliveryRefused, Reason.REFUSED),
        (Answer(302, {"Location": "/elsewhere"}), DeliveryRefused, Reason.REDIRECTED),
        (Answer(how="reset"), DeliveryFailed, Reason.UNCLEAR),
        (Answer(how="hang"), DeliveryFailed, Reason.TIMEOUT),
    ],
)
def test_why_apprise_failed(
    receiver: Receiver, answer: Answer, kind: type[DeliveryFailed | DeliveryRefused], reason: Reason
) -> None:
    receiver.script = [answer]
    limit = SHORT if answer.how == "hang" else timedelta(seconds=20)
    with pytest.raises(kind) as error:
        AppriseSender(f"json://127.0.0.1:{receiver.port}", limit).send(DELIVERY)
    assert error.value.reason is reason
    assert len(receiver.got) == 1


def test_mail_goes_out_through_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[list[str], str]] = []

    class Mailbox:
        def __init__(self, *_: object, **rest: object) -> None:
            assert rest["timeout"] == 10

        def sendmail(self, _: str, to: list[str], message: str) -> None:
            sent.append((to, message))

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_, **__: None

    monkeypatch.setattr(smtplib, "SMTP_SSL", Mailbox)
    monkeypatch.setattr(smtplib, "SMTP", Mailbox)
    AppriseSender("mailtos://user:pw@mail.example?to=desk@mail.example").send(DELIVERY)
    ((to, message),) = sent
    assert to == ["desk@mail.example"]
    assert "Subject:" in message


def bot(url: str, answer: object, status: int = 200) -> tuple[ChatBot, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    return ChatBot(url, transport=httpx.MockTransport(reply)), asked


@pytest.mark.parametrize(
    ("url", "posted_to", "answer"),
    [
        (f"wecombot://{TOKEN}", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKEN}", {"errcode": 0}),
        ("dingtalk://abc123", "https://oapi.dingtalk.com/robot/send?access_token=abc123", {"errcode": 0}),
        (f"feishu://{TOKEN}", f"https://open.feishu.cn/open-apis/bot/v2/hook/{TOKEN}", {"code": 0}),
        (f"lark://{TOKEN}", f"https://open.larksuite.com/open-apis/bot/v2/hook/{TOKEN}", {"code": 0}),
    ],
)
def test_robots_get_title_text_and_key(url: str, posted_to: str, answer: object) -> None:
    sender, asked = bot(url, answer)
    sender.send(DELIVERY)
    (request,) = asked
    assert str(request.url) == posted_to
    body = json.loads(request.content)
    text = body["text"]["content"] if "text" in body else body["content"]["text"]
    assert text == f"{DELIVERY.message.title}\n\n{DELIVERY.message.text}\n\ngongkai · {DELIVERY.key}"


def test_a_signed_dingtalk_robot_gets_its_signature_unquoted() -> None:
    sender, asked = bot("dingtalk://SECabc@abc123", {"errcode": 0})
    sender.send(DELIVERY)
    params = asked[0].url.params
    assert params["access_token"] == "abc123"
    assert params["timestamp"].isdigit()
    assert len(params["sign"]) == 44  # Base64 of 32 bytes
    assert params["sign"].endswith("=")


@pytest.mark.parametrize(
    ("answer", "status", "kind", "reason"),
    [
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, 200, DeliveryRefused, Reason.REFUSED),
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, 200, DeliveryFailed, Reason.THROTTLED),
        ({"errcode": -1, "errmsg": "system busy"}, 200, DeliveryFailed, Reason.SERVER_ERROR),
        (b"<html>", 200, DeliveryFailed, Reason.UNCLEAR),
        ({}, 502, DeliveryFailed, Reason.SERVER_ERROR),
    ],
)
def test_a_200_of_a_robot_is_no_confirmation(
    answer: object, status: int, kind: type[DeliveryFailed | DeliveryRefused], reason: Reason
) -> None:
    sender, _ = bot(f"wecombot://{TOKEN}", answer, status)
    with pytest.raises(kind) as error:
        sender.send(DELIVERY)
    assert error.value.reason is reason


def test_the_way_is_chosen_by_scheme() -> None:
    ways = {
        to: type(sender_for(subscription(to)))
        for to in ("webhook+https://desk.example", f"wecombot://{TOKEN}", "mailtos://u:p@mail.example")
    }
    assert list(ways.values()) == [Webhook, ChatBot, AppriseSender]


def test_no_secret_of_an_address_is_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    webhook = f"http://user:s3cret@127.0.0.1:{receiver.port}/s3cret"
    robot, asked = bot("dingtalk://s3cret", {"errcode": 310000})
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").info("somebody else's line")
        Webhook(webhook).send(DELIVERY)
        AppriseSender(f"json://user:s3cret@127.0.0.1:{receiver.port}/s3cret").send(DELIVERY)
        with pytest.raises(DeliveryRefused) as error:
            robot.send(DELIVERY)
    assert len(receiver.got) == 2
    assert len(asked) == 1
    assert "somebody else's line" in caplog.text
    assert "s3cret" not in caplog.text + str(error.value)
