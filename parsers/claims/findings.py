"""Claims that contradict every candidate, as findings of the report."""

import re
from collections.abc import Iterable, Mapping

from model.report import Claim, Finding, Number
from model.vocabulary import Fault, Severity
from parsers.claims.comparing import Known, value_of

TERM = re.compile(r"(-?) ?\b([a-z]\w*(?:\.\w+)+)")


def claim_findings(claims: Iterable[Claim], values: Mapping[str, Number | None]) -> list[Finding]:
    """One warning for each claim that agrees with nothing; whether text, table or reading is wrong is not known.

    `place` is the value that the claim was compared with first, the first of its sum.
    """
    return [_finding(claim, Known(values)) for claim in claims if claim.agrees is False]


def _finding(claim: Claim, known: Known) -> Finding:
    terms = TERM.findall(claim.compared_with or "")
    message = f"the text says {claim.number:g} ({claim.quantity}: {' '.join(claim.quote.split())})"
    plain = " / " not in (claim.compared_with or "") and "last:" not in (claim.compared_with or "")
    parts = [(sign, value_of(id, known)) for sign, id in terms]
    if plain and parts and all(value is not None for _, value in parts) and "years" not in (claim.compared_with or ""):
        message += f"; the tables give {sum(-v if sign else v for sign, v in parts if v is not None):g}"
    else:
        message += "; the figures of the tables do not give it"
    return Finding(code="CLAIM", place=terms[0][1] if terms else "claims", severity=Severity.WARNING,
                   fault=Fault.UNKNOWN, message=message)  # fmt: skip
