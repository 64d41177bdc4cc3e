"""The words of the pages in Chinese and English (`words.yml`), and which of the two a reader wants."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml

Language = Literal["zh", "en"]
TAGS = {"zh": "zh-CN", "en": "en"}


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, str]]:
    told = yaml.safe_load(resources.files("web").joinpath("words.yml").read_text(encoding="utf-8"))
    return {key: (pair[0], pair[1]) for key, pair in told.items()}


def say(language: Language, key: str, **facts: object) -> str:
    """The words under a key; KeyError for a key that has none, so that a missing word is seen at once."""
    text = _words()[key][0 if language == "zh" else 1]
    return text.format_map(facts) if facts else text


def say_or(language: Language, key: str, otherwise: str) -> str:
    """The words under a key that comes from data; the data itself where there are none."""
    return say(language, key) if key in _words() else otherwise


def preferred(asked: str | None, accepted: str) -> Language:
    """`?lang=` first, then Accept-Language by its weights; Chinese where neither says anything of the two."""
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    best: tuple[float, Language] = (0.0, "zh")
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        found: Language | None = (
            "zh" if tag.lower().startswith("zh") else "en" if tag.lower().startswith("en") else None
        )
        try:
            weighs = float(weight or 1)
        except ValueError:
            weighs = 0.0
        if found and weighs > best[0]:
            best = weighs, found
    return best[1]
