"""Claims of a whole report, over all its sections."""

from collections.abc import Collection, Iterator, Mapping

from model.report import Claim, Number, SectionText
from parsers.claims.comparing import trusted
from parsers.claims.reading import claims_against


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
    known, before = trusted(values, suspect), trusted(last) if last is not None else None
    found = []
    for offset, text in _texts(sections, of_tables):
        for claim in claims_against(text, known, year, before):
            claim.span = (claim.span[0] + offset, claim.span[1] + offset)
            found.append(claim)
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
