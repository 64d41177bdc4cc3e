"""Text whose heading is missing: given to the part in whose place it stands, with an empty heading."""

import re

from model.forms import Form, Section
from model.report import SectionText

# 现将…报告如下; 本报告由…组成; 统计期限为: the words before the first part
PREAMBLE = re.compile(
    r"报告如下|本(?:年度)?(?:报告|年报)(?:由|中?所列|内容|的?电子)|(?:统计|报告)(?:期限|期间|时限)"
    r"|^.{0,4}(?:现(?:将|依|按|根据|予以|向)|根据).{0,60}(?:公布|公开|发布|编制)"
)
LEAST_PROSE = 24


def placed(found: dict[str, SectionText], before: list[str], form: Form) -> dict[str, SectionText]:
    """The parts in the document's order, with those that stand there without a heading.

    `before`: prose in front of the first heading. Only where a number of the count is missing is a text looked at.
    """
    parts = dict(found)
    for above, section in zip((None, *form.sections), form.sections, strict=False):
        if section.id in parts or section.table or not parts:
            continue
        if above is None:
            body = [line for line in before if not PREAMBLE.search(line)]
            if body:
                parts = {section.id: SectionText(heading="", text="\n".join(body)), **parts}
        elif above.table and above.id in parts:
            kept, rest = _cut(parts[above.id].text, section)
            if rest:
                parts[above.id] = parts[above.id].model_copy(update={"text": kept})
                parts = _behind(parts, above.id, section.id, SectionText(heading="", text=rest))
    return parts


def _cut(text: str, section: Section) -> tuple[str, str]:
    """The text in front of the first sentence that speaks of what this section is about, and the rest."""
    keyword = re.compile(section.match)
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines) if len(line) >= LEAST_PROSE and keyword.search(line)), len(lines))
    return "\n".join(lines[:at]), "\n".join(lines[at:])


def _behind(parts: dict[str, SectionText], before: str, name: str, part: SectionText) -> dict[str, SectionText]:
    ordered: dict[str, SectionText] = {}
    for key, value in parts.items():
        ordered[key] = value
        if key == before:
            ordered[name] = part
    return ordered
