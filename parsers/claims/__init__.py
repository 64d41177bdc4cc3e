"""Figures that the text names, compared with the tables (report-format 2.6).

Agencies use the same verbs for different quantities, so each phrase has a set of candidates, as data in
`phrases.yml`; only a number that is none of them disagrees. A claim changes no value and no verdict.
"""

from parsers.claims.findings import claim_findings
from parsers.claims.reading import claims_of
from parsers.claims.sections import claims_in

__all__ = ["claim_findings", "claims_in", "claims_of"]
