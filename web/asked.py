"""What a request asks for, in the words of the library."""

from typing import Annotated

from fastapi import Depends, Query

from storage.catalogue.browsing import Question

MOST_WORDS = 8
Many = Annotated[list[str], Query(max_length=40)]


def words_of(q: str) -> tuple[str, ...]:
    """Words as typed, the first few; a word without anything to look for is left out."""
    return tuple(word[:60] for word in q.split() if any(c.isalnum() for c in word))[:MOST_WORDS]


async def _question(
    q: Annotated[str, Query(max_length=300, description="Words; all must be found in name, title or text")] = "",
    year: Annotated[list[str], Query(max_length=40, description="Report year; may be repeated")] = [],  # noqa: B006
    region: Annotated[list[str], Query(max_length=40, description="Division code or its beginning")] = [],  # noqa: B006
    level: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006
    kind: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006
    verdict: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006
    finding: Annotated[list[str], Query(max_length=10, description="Code of a finding of the newest version")] = [],  # noqa: B006
    portal: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
    scope: Annotated[list[str], Query(max_length=4)] = [],  # noqa: B006
    agency: Annotated[list[str], Query(max_length=40, description="Agency id")] = [],  # noqa: B006
) -> Question:
    # Asynchronous because it waits for nothing: a thread of its own would cost more than it does.
    def several(values: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value[:100] for value in values))

    return Question(
        words_of(q), several(year), several(region), several(level), several(kind), several(verdict), several(finding),
        several(portal), several(scope), several(agency),
    )  # fmt: skip


Asked = Annotated[Question, Depends(_question)]
