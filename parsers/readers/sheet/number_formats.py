"""How a spreadsheet shows a number or words under a number format (ECMA-376 part 1, 18.8.31)."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

UNKNOWN = "\ufffc"  # stands where it cannot be told what is shown
GENERAL = re.compile(r"general|G/通用格式", re.IGNORECASE)
# Of a section: words in quotes, escaped signs (Chinese Excel escapes with !), what pads, what stands in brackets.
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|(?P<padding>_.|\*.)|\[(?P<bracket>[^\]]*)\]|(?P<other>.)', re.DOTALL
)
CORE = re.compile(r"(?P<whole>[#0?,]*)(?:(?P<point>\.)(?P<places>[0#?]*))?")
CURRENCY = "¥￥$"
HARMLESS = f"+-() :%{CURRENCY}"  # need no quotes
CONDITION = re.compile(r"[<>=]")


class _Section(NamedTuple):
    """One part of a format. `before`, `after`: words around the number; `core`: signs that stand for its digits."""

    before: str
    core: str
    after: str


def shown_number(value: int | float, form: str) -> str:
    """The words that a number shows. UNKNOWN where the format shows another figure than the cell holds (thousands cut
    off, a sign left out, a condition), or is not known."""
    if not form or GENERAL.fullmatch(form.strip()) or form.strip() == "@":
        return _general(value)
    parts = _sections(form)
    at = 0 if len(parts) == 1 or value > 0 else 1 if value < 0 else 2 if len(parts) > 2 else 0
    own = at == 1
    section = None if any(CONDITION.search(mark) for mark in _brackets(form)) else _taken_apart(parts[at])
    if section is None:
        return UNKNOWN
    number = _digits(abs(value) if own else value, section.core)
    around = section.before + section.after
    # A digit in the words around would be read as one of the figure; a loss that is only red is none to a reader.
    if number is None or any(c.isdigit() for c in around) or (own and section.core and not set(around) & set("-(")):
        return UNKNOWN
    return (section.before + number + section.after).strip()


def shown_words(words: str, form: str) -> str:
    """The words that a cell of words shows: a fourth part of the format may stand in their place, or hide them."""
    parts = _sections(form)
    if len(parts) < 4 or "@" in parts[3]:
        return words
    section = _taken_apart(parts[3])
    return UNKNOWN if section is None or section.core else (section.before + section.after).strip()


def _sections(form: str) -> list[str]:
    parts = [""]
    for token in TOKEN.finditer(form):
        if token["other"] == ";":
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts


def _brackets(form: str) -> list[str]:
    return [token["bracket"] for token in TOKEN.finditer(form) if token["bracket"]]


def _taken_apart(section: str) -> _Section | None:
    """None for what is no plain number: fractions, exponents, dates."""
    section = GENERAL.sub("@", section)
    before = core = after = ""
    for token in TOKEN.finditer(section):
        words = token["quoted"] or token["escaped"] or ""
        sign = token["other"] or ""
        if sign and sign in "#0?,.@":
            if after.strip():
                return None
            core += sign
        elif sign and sign not in HARMLESS:
            return None
        elif core:
            after += words + sign
        else:
            before += words + sign
    return _Section(*("".join(c for c in text if c not in CURRENCY) for text in (before, core, after)))._replace(
        core=core + "%" * section.count("%")
    )


def _digits(value: int | float, core: str) -> str | None:
    percents, core = core.count("%"), core.rstrip("%")
    if percents > 1:
        return None
    if percents:
        value = float(Decimal(repr(value)) * 100)
    if core in ("@", ""):
        return _general(value) if core else ""
    match = CORE.fullmatch(core)
    if match is None or match["whole"].endswith(",") or not match["whole"]:
        return None
    text = _fixed(value, match["places"] or "")
    if "0" not in match["whole"] and text.lstrip("-").split(".")[0] == "0":
        return "" if "." not in text and not match["point"] else None  # a nought that is not shown
    return text


def _fixed(value: int | float, places: str) -> str:
    """Half is rounded up, as spreadsheets do."""
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number) >= 10**15:
        return str(number)
    text = f"{number.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP):f}"
    if "." in text:
        kept = len(text) - len(places) + len(places.rstrip("#?"))
        text = text[:kept] + text[kept:].rstrip("0")
        text = text.rstrip(".")
    return "0" if text == "-0" else text


def _general(value: int | float) -> str:
    """Fifteen digits, as spreadsheets have them: 0.1 + 0.2 is 0.3."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"
