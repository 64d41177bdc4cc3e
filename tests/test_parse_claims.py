"""Figures in the text against the tables, each phrase with its trap."""

import pytest

from parsers.claims import claims_of

VALUES = {
    "applications.new_received.total": 212, "applications.carried_in.total": 7, "applications.total.total": 213,
    "applications.carried_out.total": 6, "review_litigation.administrative_review.total": 2,
    "review_litigation.litigation_direct.total": 1, "review_litigation.litigation_after_review.total": 3,
}  # fmt: skip

SUITS = "review_litigation.litigation_direct.total + review_litigation.litigation_after_review.total"


@pytest.mark.parametrize(
    ("text", "number", "compared", "agrees"),
    [
        ("全年收到政府信息公开申请212件。", 212, "applications.new_received.total", True),
        ("共受理申请219件。", 219, "applications.new_received.total + applications.carried_in.total", True),
        ("共受理申请200件。", 200, "applications.new_received.total", False),
        ("结转下年度继续办理6件", 6, "applications.carried_out.total", True),
        ("上年结转8件", 8, "applications.carried_in.total", False),
        ("已办理206件", 206, "applications.new_received.total - applications.carried_out.total", True),
        ("行政复议2件", 2, "review_litigation.administrative_review.total", True),
        ("行政诉讼4起", 4, SUITS, True),
    ],
)  # fmt: skip
def test_phrase_is_compared_with_its_candidates(text: str, number: int, compared: str, agrees: bool) -> None:
    (claim,) = claims_of(text, VALUES)
    assert (claim.number, claim.compared_with, claim.agrees) == (number, compared, agrees)
    assert text[slice(*claim.span)] == claim.quote


@pytest.mark.parametrize("text", ["答复代表建议和委员提案37件", "收到申请数量同比增长12件", "办结信访件9件"])
def test_sentences_about_other_duties_are_no_claims(text: str) -> None:
    assert claims_of(text, VALUES) == []


def test_without_a_table_a_claim_is_compared_with_nothing() -> None:
    (claim,) = claims_of("收到申请3件", {})
    assert (claim.compared_with, claim.agrees) == (None, None)
