"""Claims that contradict every candidate, as findings of the report."""

from collections.abc import Iterable

from model.report import Claim, Finding
from model.vocabulary import Fault, Severity


def claim_findings(claims: Iterable[Claim]) -> list[Finding]:
    """One warning for each claim that agrees with nothing; whether text, table or reading is wrong is not known."""
    return [
        Finding(
            code="CLAIM",
            place=claim.compared_with or "",
            severity=Severity.WARNING,
            fault=Fault.UNKNOWN,
            message=f"the text names {claim.quantity} {claim.number}, which no figure of the tables agrees with",
        )
        for claim in claims
        if claim.agrees is False
    ]
