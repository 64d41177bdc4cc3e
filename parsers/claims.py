"""Figures that the text names, compared with the tables (report-format 2.6).

Agencies use the same verbs for different quantities, so each phrase has a set of candidates; only a number that is
none of them disagrees. A claim changes no value and no verdict.
"""

import re
from dataclasses import dataclass

from model.report import Claim, Number

# Sentences about replies to deputies and petitions use the same verbs.
TRAPS = re.compile(r"建议|提案|信访件|增长|下降|回落|同比")
SENTENCE = re.compile(r"[^。;；\n]+")
NEW, CARRIED = "applications.new_received", "applications.carried_in"


@dataclass(frozen=True)
class Phrase:
    """A pattern with the number in group 1, and candidate sums: each a tuple of (sign, id)."""

    quantity: str
    pattern: re.Pattern[str]
    candidates: tuple[tuple[tuple[int, str], ...], ...]


def _plus(*ids: str) -> tuple[tuple[int, str], ...]:
    return tuple((1, i) for i in ids)


PHRASES = (
    # 全年共受理政府信息公开申请212件
    Phrase(
        "applications received",
        re.compile(r"(?:收到|受理|接收到?|新收)[^。;,，\d]{0,20}?申请(?:案件)?[^。;,，\d]{0,6}(\d+)\s*(?:件|宗|份|条)"),
        (_plus(f"{NEW}.total"), _plus(f"{NEW}.total", f"{CARRIED}.total")),
    ),
    # 结转下年度继续办理6件
    Phrase(
        "applications carried out",
        re.compile(r"(?:结转|顺延)(?:到|至)?下(?:一)?年度?[^。;,，\d]{0,8}(\d+)\s*(?:件|宗|份)"),
        (_plus("applications.carried_out.total"),),
    ),
    # 上年结转7件
    Phrase(
        "applications carried in",
        re.compile(r"上(?:一)?年度?结转[^。;,，\d]{0,12}(\d+)\s*(?:件|宗|份)"),
        (_plus(f"{CARRIED}.total"),),
    ),
    # 已办理206件
    Phrase(
        "applications closed",
        re.compile(r"(?:答复|办结|办理完毕|已办理)[^。;,，\d]{0,10}(\d+)\s*(?:件|宗|份)"),
        (_plus("applications.total.total"), ((1, f"{NEW}.total"), (-1, "applications.carried_out.total"))),
    ),
    # 行政复议7件
    Phrase(
        "reviews",
        re.compile(r"行政复议(?:案件)?[^。;,，、\d]{0,4}(\d+)\s*[件起宗]"),
        (_plus("review_litigation.administrative_review.total"),),
    ),
    # 行政诉讼9起
    Phrase(
        "lawsuits",
        re.compile(r"行政诉讼(?:案件)?[^。;,，、\d]{0,4}(\d+)\s*[件起宗]"),
        (_plus("review_litigation.litigation_direct.total", "review_litigation.litigation_after_review.total"),),
    ),
)


def claims_of(text: str, values: dict[str, Number | None]) -> list[Claim]:
    """Claims in the order of the text; `span` counts characters of `text`."""
    found = []
    for sentence in SENTENCE.finditer(text):
        for phrase in PHRASES:
            for match in phrase.pattern.finditer(sentence[0]):
                if TRAPS.search(sentence[0][max(0, match.start() - 25) : match.end()]):
                    continue
                number = int(match[1])
                compared, agrees = _compare(phrase, number, values)
                start = sentence.start() + match.start()
                found.append(Claim(quote=match[0], span=(start, start + len(match[0])), quantity=phrase.quantity,
                                   number=number, compared_with=compared, agrees=agrees))  # fmt: skip
    return found


def _compare(phrase: Phrase, number: int, values: dict[str, Number | None]) -> tuple[str | None, bool | None]:
    known: list[str] = []
    for candidate in phrase.candidates:
        parts = [(sign, values.get(i)) for sign, i in candidate]
        if any(v is None for _, v in parts):
            continue
        name = " + ".join(i if sign > 0 else f"-{i}" for sign, i in candidate).replace("+ -", "- ")
        known.append(name)
        if sum(sign * v for sign, v in parts if v is not None) == number:
            return name, True
    return (known[0], False) if known else (None, None)
