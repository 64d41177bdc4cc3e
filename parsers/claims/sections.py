"""Claims of a whole report, over all its sections."""

from collections.abc import Collection, Iterator, Mapping

from model.report import Claim, Number, SectionText
from parsers.claims.reading import claims_of


def claims_in(
    sections: Mapping[str, SectionText],
    of_tables: Collection[str],
    values: Mapping[str, Number | None],
    *,
    year: int | None = None,
    suspect: Collection[str] = (),
    last: Mapping[str, Number | None] | None = None,
) -> list[Claim]:
    """Claims in reading order. `span` counts characters of the sections' texts, joined by line feeds.

    `of_tables`: sections whose body is a table; of these only whole sentences are read, not the cells of a table that
    became text.
    """
    found = []
    for offset, text in _texts(sections, of_tables):
        for claim in claims_of(text, values, year=year, suspect=suspect, last=last):
            start, end = claim.span
            found.append(claim.model_copy(update={"span": (start + offset, end + offset)}))
    return found


def _texts(sections: Mapping[str, SectionText], of_tables: Collection[str]) -> Iterator[tuple[int, str]]:
    offset = 0
    for id, section in sections.items():
        if id not in of_tables:
            yield offset, section.text
        else:
            at = offset
            for line in section.text.split("\n"):
                if "。" in line and "勾稽" not in line and len(line) < 800:
                    yield at, line
                at += len(line) + 1
        offset += len(section.text) + 1
