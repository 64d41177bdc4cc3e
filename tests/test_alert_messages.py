"""Messages: what a journalist reads."""

from typing import Any

import pytest

from flows.alerts.chat_bots import shortened
from model.event_messages import digest_of, message_of
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
        "发现 Seen: 2026-03-10 20:00（北京时间 China time）\n"
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


OVERDUE = {"report_year": 2025, "due": "2026-01-31", "days_late": 2, "read_whole_at": "2026-02-02T01:30:00+00:00"}


def test_overdue_says_by_what_since_when_and_how_it_is_known() -> None:
    message = message_of(event(kind=EventKind.OVERDUE, basis="Art. 49", **OVERDUE))
    assert message.title == f"【逾期未发布】{AGENCY} 2025 · overdue"
    assert "期限 Due: 2026-01-31（《政府信息公开条例》第四十九条 Article 49 of the Regulations）\n" in message.text
    assert "超过天数 Days past it: 2\n" in message.text
    assert "最近完整查阅列表 List last read to its end: 2026-02-02 09:30\n" in message.text
    assert "下一步 Next: 打开链接核对栏目" in message.text


@pytest.mark.parametrize("kind", [EventKind.OVERDUE, EventKind.LATE])
def test_nobody_is_blamed_where_no_law_sets_a_date(kind: EventKind) -> None:
    message = message_of(event(kind=kind, basis="local practice", **OVERDUE))
    assert "against local practice" in message.title
    assert "逾期" not in message.title + message.text
    assert "No law sets a date." in message.text
    assert "当地惯例，非法定期限 local practice, not the law" in message.text


def test_a_withdrawal_shows_its_evidence() -> None:
    checks = [{"at": f"2026-01-{day:02d}T01:00:00+00:00", "capture": "c", "state": "gone"} for day in (2, 9, 17)]
    seen = {"last_ok": "2026-01-01T01:00:00+00:00", "checks": checks, "version": 2}
    text = message_of(event(kind=EventKind.WITHDRAWN, **seen)).text
    assert "最后一次可见 Last seen there: 2026-01-01 09:00\n" in text
    assert "核实 Checks without the report: 3, 2026-01-02 09:00 – 2026-01-17 09:00\n" in text
    assert "存档 Kept: 版本 version 2\n" in text


def test_figures_that_moved_and_findings_stand_in_the_message() -> None:
    jumps = [{"id": "a.b", "label": "收到申请", "last": 10.0, "now": 40}]
    findings = [{"code": "APP-SUM", "place": "applications", "severity": "error", "message": "12 is not 13"}]
    text = message_of(event(jumps=jumps, findings=findings)).text
    assert "· 收到申请（a.b）：10 → 40\n" in text
    assert "· APP-SUM applications: 12 is not 13\n" in text


def test_a_digest_has_a_line_for_each_event_the_weightiest_first() -> None:
    published = [event(f"reports/r{n}/1.json", report_year=2000 + n) for n in range(32)]
    message = digest_of([*published, event(kind=EventKind.WITHDRAWN), event(kind=EventKind.PORTAL_BLOCKED)])
    assert message.title == "【公开动态】2026-03-10 · 34 条 events"
    lines = message.text.split("\n")
    assert lines[:2] == ["【撤下】withdrawn: 1", f"· {AGENCY} 2022 https://rsj.example/2022.html"]
    assert "【发布】published: 32" in lines
    assert "· 另有 2 条 and 2 more" in lines
    assert len([line for line in lines if line.startswith(f"· {AGENCY} 20")]) == 32


def test_a_disappearance_is_not_called_a_withdrawal() -> None:
    message = message_of(event(kind=EventKind.DISAPPEARED))
    assert message.title == f"【链接失效（尚未确认）】{AGENCY} 2022 · not found (not yet confirmed)"
    assert "尚未确认撤下" in message.text
    assert "Seen once, not yet confirmed." in message.text


def test_a_block_names_the_portal_and_blames_no_report() -> None:
    message = message_of(event(kind=EventKind.PORTAL_BLOCKED))
    assert message.title == "【网站拒绝访问】tianjin-rsj · site refuses visits"
    assert "It says nothing about its reports." in message.text


IMPAIRED = [
    ({"problem": "yield:trs", "reports": 8, "reports_before": 20, "portals": ["p0", "p1"]},
     "trs 类网站现在共列出 8 份报告，此前为 20 份", "p0, p1"),
    ({"problem": "verdicts", "verified": 0.4, "verified_before": 0.9, "verdicts": {}},
     "最近一天读取的报告有 40% 通过校验，此前为 90%", "gongkai review"),
    ({"problem": "backlog", "portals": 7, "oldest": "2026-02-01T01:30:00+00:00", "names": []},
     "7 个网站到期未被访问，其中最早的一次访问在 2026-02-01 09:30", "检查采集进程"),
    ({"problem": "clock", "hosts": 5, "seconds_behind": 900}, "本机时钟比 5 个网站的时钟慢 900 秒", "NTP"),
    ({"problem": "clock", "hosts": 5, "seconds_behind": -900}, "本机时钟比 5 个网站的时钟快 900 秒", "NTP"),
    ({"problem": "store", "free_bytes": 5_000_000_000, "days_left": 3.5},
     "存档所在磁盘仅余 5.0 GB，按目前速度约 3.5 天后用尽", "腾出空间"),
]  # fmt: skip


@pytest.mark.parametrize(("details", "chinese", "following"), IMPAIRED, ids=lambda told: str(told)[:24])
def test_what_is_wrong_with_the_watching_says_what_to_do(details: dict[str, Any], chinese: str, following: str) -> None:
    message = message_of(event(kind=EventKind.WATCH_IMPAIRED, **details))
    first = message.text.splitlines()[0]
    assert first.startswith(f"gongkai 自身的监测出现问题：{chinese}")
    assert first.endswith("。可能漏看变化。")
    assert chinese in message.title
    (told,) = [line for line in message.text.splitlines() if line.startswith("下一步 Next: ")]
    assert following in told


def test_an_impairment_of_another_version_has_words_still() -> None:
    for details in ({"problem": "backlog"}, {"problem": "moon"}, {}):
        text = message_of(event(kind=EventKind.WATCH_IMPAIRED, **details)).text
        assert text.startswith(f"gongkai 自身的监测出现问题：{AGENCY}")
        assert "下一步 Next: 运行 gongkai doctor" in text


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize("year", [2022, None])
def test_every_kind_has_words_with_nothing_left_open(kind: EventKind, year: int | None) -> None:
    message = message_of(event(kind=kind, report_year=year))
    assert "{" not in message.title + message.text
    assert "None" not in message.title + message.text
    assert ("2022年" in message.text.split("\n")[0]) == (
        year is not None and "portal" not in kind and "integ" not in kind and "watch" not in kind
    )


def test_a_long_message_keeps_its_link_and_key() -> None:
    cells = [{"id": f"applications.results.row{i}", "label": "结果" * 40, "from": i, "to": 0} for i in range(10)]
    message = message_of(event(kind=EventKind.REVISED, cells=cells))
    text = shortened(message, "k" * 32, 2048)
    assert 2040 < len(text.encode()) <= 2048
    assert text.endswith(f"…\nhttps://rsj.example/2022.html\n\ngongkai · {'k' * 32}")
    short = message_of(event())
    assert shortened(short, "k1", 2048) == f"{short.title}\n\n{short.text}\n\ngongkai · k1"
