"""Reports in words alone, as they were before there was a form: own sentences under headings of many wordings."""

from dataclasses import dataclass
from html import escape

from infra.simulator.reports.dice import dice
from infra.simulator.reports.office import Office

NUMERALS = "一二三四五六七八九十"
# Part, wordings of its heading, sentences
_PARTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("overview", ("概述", "基本情况", "总体情况", "政府信息公开工作概述", "{year}年工作概况"),
     ("{year}年，{short}明确由办公室承担公开工作，全年召开专题会议{a}次，更新了公开指南和目录。",
      "年内印发内部规程{b}份，把公开审查列入发文流程。")),
    ("proactive", ("主动公开政府信息情况", "主动公开情况", "政府信息主动公开情况", "主动公开政府信息的情况"),
     ("全年通过门户网站发布信息{a}条，公告栏张贴{b}张。", "重点公开了收费项目、办事程序和招考录用三类内容。")),
    ("applications", ("依申请公开政府信息情况", "依申请公开情况", "政府信息依申请公开工作情况"),
     ("{year}年度共收到书面申请{b}件，均在期限内作出答复。",)),
    ("fees", ("政府信息公开的收费及减免情况", "收费及减免情况", "费用减免情况"),
     ("提供复印件均未收取费用，没有减免事项。",)),
    ("review_litigation", ("因政府信息公开申请行政复议、提起行政诉讼情况", "行政复议、诉讼和申诉情况", "复议诉讼情况"),
     ("{year}年全部答复事项均按程序归档，没有积压。",)),
    ("problems_and_improvements", ("存在的主要问题和改进措施", "存在问题及改进措施", "主要问题及下一步打算"),
     ("个别科室报送不够及时，栏目设置还需贴近群众。", "下一年将明确时限，逐月通报，并补充历史信息。")),
    ("other_matters", ("其他需要说明的事项", "其他需要报告的事项"), ("没有其他需要说明的事项。",)),
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One numbered part. `id` is that of the form, `heading` what the office calls it."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class NarrativeText:
    """Preamble and parts in order."""

    preamble: tuple[str, ...]
    parts: tuple[Part, ...]


def invent_narrative(
    seed: int, office: Office, year: int, *, on_website: int | None = None, received: int | None = None
) -> NarrativeText:
    """The text of one report; fees and the last part are sometimes left out, as offices do.

    `on_website` and `received`: what a table beside the text says, for the text to say the same.
    """
    chance = dice(seed, office.name, year, "narrative")
    preamble = (
        f"根据《中华人民共和国政府信息公开条例》要求，编制本年度报告。报告由文字和数据两部分组成，"
        f"统计期限为{year}年1月1日至{year}年12月31日。",
    )
    parts: list[Part] = []
    for part, wordings, sentences in _PARTS:
        if part in ("fees", "other_matters") and chance.random() < 0.4:
            continue
        fill: dict[str, object] = {
            "year": year,
            "short": office.short,
            "a": chance.randint(2, 400),
            "b": chance.randint(1, 30),
        }
        fill |= {"a": on_website} if part == "proactive" and on_website is not None else {}
        fill |= {"b": received} if part == "applications" and received is not None else {}
        heading = f"{NUMERALS[len(parts)]}、{chance.choice(wordings)}".format(**fill)
        parts.append(Part(part, heading, tuple(s.format(**fill) for s in sentences)))
    return NarrativeText(preamble, tuple(parts))


def narrative_page(office: Office, year: int, text: NarrativeText, *, lines: bool = True) -> bytes:
    """The report as a page, or as one line of text without any breaks (`lines` False)."""
    title = f"{office.name}{year}年政府信息公开年度报告"
    everything = [title, *text.preamble]
    for part in text.parts:
        everything += [part.heading, *part.paragraphs]
    if not lines:
        return (" ".join(everything) + "\n").encode()
    body = "\n".join(f"<p>{escape(line)}</p>" for line in everything)
    page = f'<html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>{body}</body></html>'
    return page.encode()
