"""The phrase families of `phrases.yml`, compiled once."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

COLUMN = re.compile(r"^(\w+):(\w+)$")
Sum = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Family:
    """One phrase and what it can mean; `candidates` are sums of (sign, id). See `phrases.yml` for the rest."""

    quantity: str
    words: tuple[str, ...]
    before: re.Pattern[str]
    candidates: tuple[Sum, ...]
    units: frozenset[str]
    after: re.Pattern[str] | None = None
    zero: re.Pattern[str] | None = None
    but: re.Pattern[str] | None = None
    soft: bool = False
    years: bool = False
    share: bool = False
    channel: bool = False
    other_duties: bool = False
    within: str | None = None
    beats: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Phrases:
    """Families in the order of the file; `by_word`: by first character, words and the families that they may mean;
    `by_unit`: those that count in it."""

    families: tuple[Family, ...]
    names: dict[str, Sum]
    by_word: dict[str, list[tuple[str, frozenset[int]]]]
    by_unit: dict[str, frozenset[int]]

    def near(self, text: str, unit: str) -> list[Family]:
        """The families of that unit of which a word stands in the text, for a first look."""
        met: set[int] = set()
        for first in self.by_word.keys() & set(text):
            for word, numbers in self.by_word[first]:
                if word in text:
                    met |= numbers
        return [self.families[number] for number in sorted(met & self.by_unit.get(unit, frozenset()))]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The families as shipped."""
    text = resources.files("parsers.claims").joinpath("phrases.yml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    names: dict[str, Sum] = {name: ((1, id),) for name, id in raw["names"].items()}
    names |= {group: tuple(t for name in members for t in names[name]) for group, members in raw["groups"].items()}
    families = tuple(_family(entry, raw, names) for entry in raw["families"])
    by_word: dict[str, list[tuple[str, frozenset[int]]]] = defaultdict(list)
    for word in dict.fromkeys(word for family in families for word in family.words):
        by_word[word[0]].append((word, frozenset(n for n, family in enumerate(families) if word in family.words)))
    units = frozenset().union(*(family.units for family in families))
    by_unit = {unit: frozenset(n for n, family in enumerate(families) if unit in family.units) for unit in units}
    return Phrases(families, names, dict(by_word), by_unit)


def _family(entry: dict[str, Any], raw: dict[str, Any], names: dict[str, Sum]) -> Family:
    def compiled(key: str, frame: str) -> re.Pattern[str] | None:
        if key not in entry:
            return None
        pattern = str(entry[key])
        for part, words in raw["parts"].items():
            pattern = pattern.replace(f"<{part}>", words)
        return re.compile(frame.format(pattern))

    before = compiled("before", "(?:{})$")
    assert before is not None, entry["quantity"]
    return Family(
        quantity=entry["quantity"],
        words=tuple(entry["words"]),
        before=before,
        candidates=tuple(_sum(text, raw, names) for text in entry["candidates"]),
        units=frozenset({"万元", "元", "亿元"} if entry["units"] == "元" else {*entry["units"], "件次", ""}),
        after=compiled("after", "^(?:{})"),
        zero=compiled("zero", "^(?:{})"),
        but=compiled("but", "{}"),
        soft=entry.get("soft", False),
        years=entry.get("years", False),
        share=entry.get("share", False),
        channel=entry.get("channel", False),
        other_duties=entry.get("other_duties", False),
        within=entry.get("within"),
        beats=frozenset(entry.get("beats", ())),
    )


def _sum(text: str, raw: dict[str, Any], names: dict[str, Sum]) -> Sum:
    """`new + carried_in` as signed ids; `review.upheld` another column, `new:organisations` several."""
    terms: list[tuple[int, str]] = []
    sign = 1
    for word in text.split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        elif columns := COLUMN.match(word):
            row = names[columns[1]][0][1].rpartition(".")[0]
            terms += [(sign, f"{row}.{column}") for column in raw["columns"][columns[2]]]
        elif word in names:
            terms += [(sign * s, id) for s, id in names[word]]
        elif (head := word.partition("."))[0] in names:
            terms += [(sign, f"{names[head[0]][0][1].rpartition('.')[0]}.{head[2]}")]
        else:
            terms.append((sign, word))
    return tuple(terms)
