"""Words as people type them, and the names that they may stand for."""

import re
import unicodedata
from functools import lru_cache
from importlib import resources

import yaml

# 2022 | 2022年 | 2022年度
YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?")


@lru_cache(maxsize=1)
def aliases() -> dict[str, tuple[str, ...]]:
    """Short form to the names that it stands for (`model/agency_aliases.yml`)."""
    text = resources.files("model").joinpath("agency_aliases.yml").read_text(encoding="utf-8")
    return {short: tuple(full) for short, full in yaml.safe_load(text).items()}


def plain(text: str) -> str:
    """Text without what varies in print: width, case, spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def readings(word: str) -> list[str]:
    """The word itself and what it may stand for: 市人社局 is also 市人力资源和社会保障局."""
    word = plain(word)
    found = [word]
    for short, names in aliases().items():
        if short in word:
            found += [word.replace(short, name) for name in names if name not in word]
    return found


def year_of(word: str) -> int | None:
    """The year that a word names, if it names nothing else."""
    match = YEAR.fullmatch(plain(word))
    return int(match[1]) if match else None


def searchable(names: list[str]) -> str:
    """All readings of all names, to look a word up in; `|` keeps a word from matching across two of them."""
    return "|".join(dict.fromkeys(reading for name in names for reading in readings(name)))
