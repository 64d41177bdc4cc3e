"""Figures that lean on a claim before them in the same sentence: shares, growth, channels, all upheld."""

import re
from dataclasses import dataclass, field

from model.report import Claim, Number
from parsers.claims.comparing import Known, compare, sum_of, written
from parsers.claims.figures import Figure, Words
from parsers.claims.phrases import Family, Sum, phrases

SHARE = re.compile(r"占(?:比|[^,。;]{0,14}?)(?:的|为|约|达|到|比|:)*$|^\($")
GROWTH = re.compile(
    r"(?:同比|(?:较|比|与)(?:上年|去年|上一年|20\d\d年)[^,。;]{0,8}?)[^,。;]{0,4}?(增长|增加|上升|提高|增幅|下降|减少|降低|回落|降幅)了?$"
)
FALLS = frozenset({"下降", "减少", "降低", "回落", "降幅"})
OUTCOME_BLOCKS = {
    "reviews": ("review",),
    "lawsuits": ("direct", "after_review"),
    "reviews and lawsuits": ("review", "direct", "after_review"),
}
TOLERANCE = 0.06  # percentage points, as 2.6 has it; half the last printed digit where that is more
WHOLES = ("closed", "new", "new + carried_in", "new - carried_out")


@dataclass
class Sentence:
    """What was claimed in a sentence so far: the figures behind lean on it."""

    start: int
    last: tuple[Family, Claim] | None = None
    blocks: list[tuple[str, float]] = field(default_factory=list)
    channels: list[tuple[Figure, Family]] = field(default_factory=list)


def claim_at(
    family: Family, figure: Figure, start: int, end: int, words: Words, known: Known, whose: str = ""
) -> Claim:
    """The figure of a phrase, compared; `whose` is added to the quantity."""
    number, slack = figure.number, figure.slack
    if figure.unit in ("元", "万元", "亿元") and family.candidates:
        number *= {"元": 0.0001, "万元": 1, "亿元": 10_000}[figure.unit]
        slack = 0.011
    compared, agrees = compare(number, slack, family.candidates, known)
    if whose and compared:
        compared = " ".join(f"last:{word}" if "." in word else word for word in compared.split())
    return _written(family.quantity + whose, figure.number, start, end, words, compared, agrees)


def _written(quantity: str, number: float, start: int, end: int, words: Words, compared: str | None,
             agrees: bool | None) -> Claim:  # fmt: skip
    span = words.span(start, end)
    exact: Number = int(number) if number == int(number) else number
    return Claim(quote=words.source[slice(*span)], span=span, quantity=quantity, number=exact, compared_with=compared,
                 agrees=agrees)  # fmt: skip


def before_share(figure: Figure) -> str:
    """The words before 占; none where it says no share."""
    share = SHARE.search(figure.before)
    return figure.before[: share.start()] if share else ""


def share_of(
    figure: Figure, near: list[tuple[Family, int, int]], sentence: Sentence, words: Words, known: Known
) -> Claim | None:
    """占33.9% or (33.9%) behind a claim, 予以公开占58.5% (then `near`): of what was closed, or of what was received."""
    share = SHARE.search(figure.before)
    if share is None:
        return None
    parts: set[float] = set()
    if near and share[0][:1] == "占":
        family, start = near[0][0], figure.start - len(figure.before)
    elif sentence.last is not None and share.start() <= 2:
        family, start = sentence.last[0], figure.start - (len(figure.before) - share.start())
        parts = {float(sentence.last[1].number)}
    else:
        return None
    if not family.share:
        return None
    names = phrases().names
    wholes: list[Sum] = [_named(text, names) for text in WHOLES]
    parts |= {t for c in family.candidates if (t := sum_of(c, known)) is not None}
    tolerance = tolerance_of(words.text[figure.start : figure.end])
    first = None
    for whole in wholes:
        total = sum_of(whole, known)
        if not total or not parts:
            continue
        agrees = any(abs(part / total * 100 - figure.number) <= tolerance for part in parts)
        first = written(whole) if first is None or agrees else first
        if agrees:
            break
    else:
        agrees = False
    if first is None:
        return None
    compared = f"{family.quantity} / ({first})"
    return _written(f"{family.quantity}, share", figure.number, start, figure.end, words, compared, agrees)


def tolerance_of(percentage: str) -> float:
    """How far a recomputed percentage may lie from the printed one: 33.9% 0.06, 53% 0.51."""
    decimals = len(percentage.rstrip("%").partition(".")[2])
    return max(TOLERANCE, 0.5 / float(10**decimals) + 0.01)


def _named(text: str, names: dict[str, Sum]) -> Sum:
    terms: list[tuple[int, str]] = []
    sign = 1
    for word in text.split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            terms += [(sign * s, id) for s, id in names[word]]
    return tuple(terms)


def growth_of(figure: Figure, sentence: Sentence, words: Words, known: Known, last: Known | None) -> Claim | None:
    """同比增长12.3% behind a claim: what the figures of both years give. None without last year's figures."""
    growth = GROWTH.search(figure.before)
    if growth is None or last is None or sentence.last is None:
        return None
    family, claim = sentence.last
    sign = -1 if growth[1] in FALLS else 1
    tolerance = tolerance_of(words.text[figure.start : figure.end])
    compared, agrees = None, False
    for candidate in family.candidates:
        now, then = sum_of(candidate, known), sum_of(candidate, last)
        if now is None or not then:
            continue
        agrees = any(abs((n - then) / then * 100 - sign * figure.number) <= tolerance for n in (now, claim.number))
        if agrees or compared is None:
            compared = f"{written(candidate)}, both years"
        if agrees:
            break
    if compared is None:
        return None
    start = figure.start - (len(figure.before) - growth.start())
    return _written(f"{claim.quantity}, growth", sign * figure.number, start, figure.end, words, compared, agrees)


def all_upheld(figure: Figure, sentence: Sentence, words: Words, known: Known) -> Claim | None:
    """行政复议7件,诉讼9件,均获维持: as many upheld as there were."""
    if not sentence.blocks:
        return None
    names = phrases().names
    blocks = dict.fromkeys(b for q, _ in sentence.blocks for b in OUTCOME_BLOCKS[q])
    terms = tuple((1, names[b][0][1].removesuffix("total") + "upheld") for b in blocks)
    number = sum(n for _, n in sentence.blocks)
    compared, agrees = compare(number, 0, (terms,), known)
    return _written("all upheld", number, figure.start, figure.end, words, compared, agrees)


def by_channels(sentence: Sentence, words: Words, known: Known) -> list[Claim]:
    """网站申请195件、当面申请4件、信函申请13件: one claim, their sum. One or two channels may be but examples."""
    listed = sentence.channels
    if len(listed) < 2:
        return []
    number = sum(figure.number for figure, _ in listed)
    compared, agrees = compare(number, 0, listed[0][1].candidates, known)
    if len(listed) == 2 and not agrees:
        return []
    first, last = listed[0][0], listed[-1][0]
    match = listed[0][1].before.search(first.before)
    start = first.start - (len(first.before) - match.start() if match else 0)
    return [_written("applications by channel", number, start, last.end, words, compared, agrees)]
