"""What is wrong with the watching itself, in words that tell a person what to do: Chinese, English, the next step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import JsonValue

from model.clock import SHANGHAI


class Impaired(NamedTuple):
    """One sentence in each language, without a full stop, and what to do next, in both."""

    chinese: str
    english: str
    following: str


def impairment_in_words(problem: str, told: Mapping[str, JsonValue]) -> Impaired | None:
    """The words for a `problem` of an event `watch_impaired` with these details; None for one that is not known here.

    `problem`: `yield:<family>`, `verdicts`, `backlog`, `clock`, `store`.
    """
    name, _, family = problem.partition(":")
    details: Mapping[str, Any] = told
    try:
        if name == "yield":
            return _yield(family, details)
        if name == "verdicts":
            return _verdicts(details)
        if name == "backlog":
            return _backlog(details)
        if name == "clock":
            return _clock(details)
        return _store(details) if name == "store" else None
    except KeyError:
        return None  # an event of another version, with other details


def _yield(family: str, told: Mapping[str, Any]) -> Impaired:
    now, before = told["reports"], told["reports_before"]
    names = ", ".join(map(str, told.get("portals") or ()))
    return Impaired(
        f"{family} 类网站现在共列出 {now} 份报告，此前为 {before} 份，可能是网站产品改版",
        f"portals of the family {family} list {now} reports, {before} before",
        f"打开其中一个网站核对列表 open one of them and compare its list: {names}",
    )


def _verdicts(told: Mapping[str, Any]) -> Impaired:
    share, before = told["verified"], told["verified_before"]
    return Impaired(
        f"最近一天读取的报告有 {share:.0%} 通过校验，此前为 {before:.0%}",
        f"of the last day's reports {share:.0%} are verified, {before:.0%} before",
        "运行 gongkai review 查看未通过的报告 see which are not, and why",
    )


def _backlog(told: Mapping[str, Any]) -> Impaired:
    oldest = f"{datetime.fromisoformat(told['oldest']).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return Impaired(
        f"{told['portals']} 个网站到期未被访问，其中最早的一次访问在 {oldest}",
        f"{told['portals']} portals were not visited when they should have been",
        f"检查采集进程是否在运行、数量是否足够 see whether the workers run and suffice; last visit of one: {oldest}",
    )


def _clock(told: Mapping[str, Any]) -> Impaired:
    behind = int(told["seconds_behind"])
    chinese, english = ("慢", "behind") if behind > 0 else ("快", "ahead of")
    return Impaired(
        f"本机时钟比 {told['hosts']} 个网站的时钟{chinese} {abs(behind)} 秒，期限判断会出错",
        f"this machine's clock is {abs(behind)} seconds {english} those of {told['hosts']} hosts",
        "校准本机时间（NTP），再运行 gongkai doctor set the clock, best by NTP",
    )


def _store(told: Mapping[str, Any]) -> Impaired:
    room = f"{int(told['free_bytes']) / 1e9:.1f} GB"
    days = told.get("days_left")
    return Impaired(
        f"存档所在磁盘仅余 {room}" + ("" if days is None else f"，按目前速度约 {days} 天后用尽"),
        f"the store has {room} left" + ("" if days is None else f", {days} days at this pace"),
        "腾出空间，或把存档移到更大的磁盘 make room, or move the archive (gongkai replicate)",
    )
