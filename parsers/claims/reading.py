"""Claims in running text: which phrase a figure belongs to, and what must not be taken for a claim."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from model.report import Claim, Number
from parsers.claims.comparing import Known, trusted
from parsers.claims.figures import Figure, Words, figures
from parsers.claims.leaning import (
    OUTCOME_BLOCKS,
    Sentence,
    all_upheld,
    before_share,
    by_channels,
    claim_at,
    growth_of,
    share_of,
)
from parsers.claims.phrases import Family, phrases

# The same verbs for other duties: replies to deputies, hotlines, the mayor's letter box.
OTHER_DUTY = re.compile(
    r"建议|提案|(?<!复)议案|信访(?!、?举报)|热线|留言|来信|来电|来访|咨询|工单|舆情|诉求|12345|市长|政民互动|民声|办件|好差评|权力|事项库|行政复议机关受理|执法"
)
THIS_DUTY = ("信息公开", "依申请", "公开申请", "公开工作")
# 较上年增加12件, 同比多3件
DIFFERENCE = re.compile(
    r"(?:比|较|同比|环比)[^。;]{0,24}?(?:增|减|升|降|多|少|回落|提高)[^。;,]{0,6}$|(?:增加|减少|增长|下降|上升|增幅|降幅|回落)了?$"
)
LAST_YEAR = re.compile(
    r"去年|上年(?!度?(?:末)?(?:的)?[^,。;]{0,4}结转)|上一年(?!度?结转)|往年|同期|前年|历年|(?<!今年)(?<!年)以来"
    # a part of the year, or several years
    r"|近[两二三四五]年|[上下]半年|第?[一二三四]季度|\d{1,2}月?[-—~至到](?!12月)\d{1,2}月(?!\d)|并非"
)
SAID_LAST = re.compile(r"(?:去年|上年|上一年)度?(?:全年|共|同期)?[^,。;]{0,24}$")
YEAR = re.compile(r"(?<![\d〔\[(])(20\d\d)年(?![^,。;]{0,12}(?:结转|印发))")
# 其中市公安局20件; 市直部门收到30件 is a part in one report and the whole in another
PART_OF = re.compile(
    r"(?:其中|包括|含|如)[^。;]{0,60}?(?:[^本我该]局|委员会|[市区县]委|(?:卫健|发改|农工|住建|卫计)委|厅|[县区]|[镇乡]|街道|部门|单位)[^。;]{0,24}$"
)
PERHAPS_PART = re.compile(
    r"(?:[省市县区]直|[省市县区]本级|市级|区级|县级|各(?:市|县|区|乡|镇|街道|部门|单位)|下属|所属|直属|派驻|乡镇|镇街|办公室代)[^。;]{0,40}$"
)
IF = re.compile(r"(?:如|若|凡|对于?|是否)[^,。;]{0,6}$")
EVERY = re.compile(r"(?:均|都|各|皆)(?:为|是)?$")
PUBLIC = re.compile(r"公民、?法人(?:和|或|及|或者|以及|与)其[他它]组织")


def claims_of(
    text: str,
    values: Mapping[str, Number | None],
    *,
    year: int | None = None,
    suspect: Collection[str] = (),
    last: Mapping[str, Number | None] | None = None,
) -> list[Claim]:
    """Claims in the order of the text. `span` counts characters of `text`; `year` is the year reported on.

    Figures for which the form has no cell have no `compared_with`. What speaks of another year, of a part of the
    agency, of another duty or of a difference is no claim; with the figures of the year before (`last`), growth in
    percent and what the text says of that year are.
    """
    return claims_against(text, trusted(values, suspect), year, trusted(last) if last is not None else None)


def claims_against(text: str, known: Known, year: int | None, before: Known | None) -> list[Claim]:
    """`claims_of` with the values made ready, for several texts of one report."""
    words = Words(text)
    found: list[Claim] = []
    sentence = Sentence(-1)
    for figure in figures(words.text):
        if figure.sentence != sentence.start:
            found += by_channels(sentence, words, known)
            sentence = Sentence(figure.sentence)
        found += _claims_at(figure, sentence, words, known, year, before)
    return sorted(found + by_channels(sentence, words, known), key=lambda claim: claim.span)


def _claims_at(
    figure: Figure, sentence: Sentence, words: Words, known: Known, year: int | None, last: Known | None
) -> Iterator[Claim]:
    if figure.unit == "%":
        near = _nearest(replace(figure, before=before_share(figure), unit="", after=""), sentence)
        claim = share_of(figure, near, sentence, words, known) or growth_of(figure, sentence, words, known, last)
        if claim is not None:
            yield claim
        return
    if figure.kind == "all":
        if (claim := all_upheld(figure, sentence, words, known)) is not None:
            yield claim
        return
    picked = _zero_family(figure) if figure.kind == "none" else _nearest(figure, sentence)
    for family, start, end in picked:
        said = words.text[max(figure.sentence, figure.start - 200) : figure.start]
        if _is_trap(figure, family, said, year):
            if last is not None and SAID_LAST.search(said[-30:]) and not DIFFERENCE.search(said[-40:]):
                yield claim_at(family, figure, start, end, words, last, ", last year")
            continue
        if family.channel:
            sentence.channels.append((figure, family))
            continue
        claim = claim_at(family, figure, start, end, words, known)
        soft = family.soft or PERHAPS_PART.search(said[-80:])
        if soft and not claim.agrees:
            continue
        if family.quantity in OUTCOME_BLOCKS:
            sentence.blocks.append((family.quantity, figure.number))
        if family.within is None:
            sentence.last = (family, claim)
        yield claim


def _is_trap(figure: Figure, family: Family, said: str, year: int | None) -> bool:
    near = said[-80:]
    # Whichever was named last, the other duty or this one, is what the verb speaks of.
    if family.other_duties and OTHER_DUTY.search(said, max(map(said.rfind, THIS_DUTY)) + 1):
        return True
    if DIFFERENCE.search(near[-40:]) or PART_OF.search(near):
        return True
    if figure.kind == "none" and IF.search(near):
        return True
    if family.years:
        return False
    if LAST_YEAR.search(near):
        return True
    years = YEAR.findall(said)
    return bool(years) and year is not None and int(years[-1]) != year


def _nearest(figure: Figure, sentence: Sentence) -> list[tuple[Family, int, int]]:
    """The family whose phrase begins nearest to the number; in 复议、诉讼均为0 the number is that of each."""
    before = PUBLIC.sub("公众", figure.before) if "法人" in figure.before else figure.before
    fitting: list[tuple[int, Family, int, int]] = []
    every = EVERY.search(before)
    looked = before[: every.start()] if every else before
    near = f"{before}\0{figure.after}"
    for family in phrases().near(near, figure.unit):
        if family.within is not None and family.within not in (b for b, _ in sentence.blocks[-1:]):
            continue
        match = family.before.search(looked)
        if match is None or (family.but and family.but.search(match[0])):
            continue
        behind = family.after.match(figure.after) if family.after else None
        if family.after and (behind is None or (family.but and family.but.search(behind[0]))):
            continue
        start = figure.start - (len(before) - match.start())
        end = figure.end + (behind.end() if behind else 0)
        fitting.append((match.start() if match[0] else 0, family, max(start, figure.start - len(figure.before)), end))
    if not fitting:
        return []
    return [_winner(fitting) if len(fitting) > 1 else fitting[0][1:]]


def _winner(fitting: list[tuple[int, Family, int, int]]) -> tuple[Family, int, int]:
    """The phrase that begins last, but a whole before its parts; of those that begin together the first of the file."""
    beaten = frozenset(quantity for _, family, _, _ in fitting for quantity in family.beats)
    _, family, start, end = max((f for f in fitting if f[1].quantity not in beaten), key=lambda f: f[0])
    return family, start, end


def _zero_family(figure: Figure) -> list[tuple[Family, int, int]]:
    after = PUBLIC.sub("公众", figure.after) if "法人" in figure.after else figure.after
    for family in phrases().families:
        if family.zero is None or not any(w in after for w in family.words):
            continue
        match = family.zero.match(after)
        if match and not (family.but and family.but.search(match[0])):
            length = match.end() + len(figure.after) - len(after)
            return [(family, figure.start, figure.end + length)]
    return []
