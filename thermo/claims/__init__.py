"""
Published claims on heat from data centres, recomputed with the engine.

Reading order: `finding` (figures in, verdict out), `quantities` (factors they share), then the
checks by topic: `machines` (COP), `feasibility` (what can be reached), `effectiveness` (PUE, ERE),
`energy` (balances), `carbon`, `bounds` and `water` (what physics allows), `money`, `refrigerants`,
`units`; at last `audit`, which runs them all. The claims are in ``data/published_claims.csv``,
their figures in ``data/claim_inputs.csv``; nothing here changes the engine to please a claim.
"""

from .audit import audit_claim, audit_claims
from .finding import ASSUMING, HOLDS, INCONSISTENT, NOT_CHECKABLE, VERDICTS, Finding

__all__ = [
    "ASSUMING",
    "HOLDS",
    "INCONSISTENT",
    "NOT_CHECKABLE",
    "VERDICTS",
    "Finding",
    "audit_claim",
    "audit_claims",
]
