"""Messages: what a journalist reads."""

import pytest

from flows.alerts.chat_bots import shortened
from model.event_messages import message_of
from model.vocabulary import EventKind
from tests.alert_receiver import event

AGENCY = "天津市人力资源和社会保障局"


def test_a_published_report() -> None:
    message = message_of(event(verdict="verified", published_on="2023-01-19"))
    assert message.title == f"【发布】{AGENCY} 2022 · published"
    assert message.text == (
        f"{AGENCY}发布了2022年政府信息公开工作年度报告。\n"
        f"{AGENCY} published its 2022 annual report on open government information.\n\n"
        f"标题 Title: {AGENCY}2022年政府信息公开工作年度报告\n"
        "发布日期 Published: 2023-01-19\n"
        "核验 Verdict: 表格数据已读取并通过校验 every table was read and passed its checks\n"
        "链接 Link: https://rsj.example/2022.html"
    )
    assert message.link == "https://rsj.example/2022.html"


def test_a_changed_figure_is_told_from_to_and_blank_is_not_zero() -> None:
    cells = [
        {"id": "applications.new_received.natural_person", "label": "本年新收／自然人", "from": 200, "to": 201.0},
        {"id": "proactive.art20_9.amount", "label": "proactive.art20_9.amount", "from": None, "to": 0},
    ]
    text = message_of(event(kind=EventKind.REVISED, cells=cells)).text
    assert "· 本年新收／自然人（applications.new_received.natural_person）：200 → 201\n" in text
    assert "· proactive.art20_9.amount：空白 blank → 0\n" in text


def test_after_ten_changes_the_rest_is_counted() -> None:
    cells = [{"id": f"c{i}", "label": f"格{i}", "from": i, "to": i + 1} for i in range(13)]
    text = message_of(event(kind=EventKind.REVISED, cells=cells)).text
    assert text.count(" → ") == 10
    assert "格9（c9）：9 → 10\n· 另有 3 处 and 3 more" in text
    assert "格10" not in text


def test_a_disappearance_is_not_called_a_withdrawal() -> None:
    message = message_of(event(kind=EventKind.DISAPPEARED))
    assert message.title == f"【链接失效（尚未确认）】{AGENCY} 2022 · not found (not yet confirmed)"
    assert "尚未确认撤下" in message.text
    assert "Seen once, not yet confirmed." in message.text


def test_a_block_names_the_portal_and_blames_no_report() -> None:
    message = message_of(event(kind=EventKind.PORTAL_BLOCKED))
    assert message.title == "【网站拒绝访问】tianjin-rsj · site refuses visits"
    assert "It says nothing about its reports." in message.text


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize("year", [2022, None])
def test_every_kind_has_words_with_nothing_left_open(kind: EventKind, year: int | None) -> None:
    message = message_of(event(kind=kind, report_year=year))
    assert "{" not in message.title + message.text
    assert "None" not in message.title + message.text
    assert ("2022年" in message.text.split("\n")[0]) == (
        year is not None and "portal" not in kind and "integ" not in kind
    )


def test_a_long_message_keeps_its_link_and_key() -> None:
    cells = [{"id": f"applications.results.row{i}", "label": "结果" * 40, "from": i, "to": 0} for i in range(10)]
    message = message_of(event(kind=EventKind.REVISED, cells=cells))
    text = shortened(message, "k" * 32, 2048)
    assert 2040 < len(text.encode()) <= 2048
    assert text.endswith(f"…\nhttps://rsj.example/2022.html\n\ngongkai · {'k' * 32}")
    short = message_of(event())
    assert shortened(short, "k1", 2048) == f"{short.title}\n\n{short.text}\n\ngongkai · k1"
