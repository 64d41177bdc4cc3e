"""The written parts of the report, split by number and keyword; contact details are taken out."""

import re

from model.forms import Form
from model.normal_text import bare_label, label_key
from model.report import SectionText
from parsers.page import Page

HEADING = re.compile(r"^[一二三四五六七八九十]{1,2}[、.,]")
# 电话：0591-23165250，邮箱 someone@example.org
CONTACT = re.compile(
    r"(?:(?:联系)?电话|传真|邮编|电子邮箱|邮箱|联系人|E-?mail)[^,，;；。\n]{0,40}|[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)(?:0\d{2,3}-?\d{7,8}|1[3-9]\d{9})(?!\d)",
    re.IGNORECASE,
)


def sections_of(page: Page, form: Form) -> dict[str, SectionText]:
    """Text by section id; a section whose body is a table has only its heading."""
    found: dict[str, SectionText] = {}
    current: str | None = None
    patterns = [(s, re.compile(s.match)) for s in form.sections]
    for line in page.lines:
        key = label_key(line) if len(line) <= 60 else ""
        if key and HEADING.match(key):
            bare = bare_label(key)
            section = next((s for s, p in patterns if p.search(bare)), None)
            if section is not None:
                current = section.id
                found.setdefault(current, SectionText(heading=line, text=""))
                continue
        if current is not None:
            part = found[current]
            part.text += ("\n" if part.text else "") + CONTACT.sub("", line)
    return {k: v for k, v in found.items() if v.text}
