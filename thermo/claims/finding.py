"""
What a recomputed claim is: the claim's figures going in, a finding with its verdict coming out.

The figures of a claim are rows of ``data/claim_inputs.csv`` under its identifier; what the claims
leave open (sizes, glides, what "equal" means) is there once under ``reference``. A verdict is never
a row of a table: the checks of the sibling modules compute it. No physics here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from heatreach.data import TableError, load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

HOLDS = "holds"
ASSUMING = "holds under an assumption"
INCONSISTENT = "inconsistent"
NOT_CHECKABLE = "not checkable"
VERDICTS = (HOLDS, ASSUMING, INCONSISTENT, NOT_CHECKABLE)
_SHARED = "reference"


class Finding(NamedTuple):
    """Verdict on a claim, with the numbers it rests on; numbers that do not apply are NaN."""

    verdict: str
    words: str
    claimed: float = math.nan
    recomputed: float = math.nan
    bound: float = math.nan
    unit: str = ""
    assumption: str = ""
    method: str = ""


class Figure(NamedTuple):
    """One figure of a claim with its range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one claim, the fluids or the plant it names, and what all claims share."""

    claim: str
    subject: tuple[str, ...]
    remark: str
    rows: Mapping[str, Figure]

    def __call__(self, parameter: str) -> float:
        """Value of a figure of the claim, or of the shared one of that name."""
        return self.span(parameter).value

    def __contains__(self, parameter: str) -> bool:
        """Whether the claim, or what all claims share, has such a figure."""
        return parameter in self.rows

    def span(self, parameter: str) -> Figure:
        """
        Figure with its range.

        Parameters
        ----------
        parameter
            Name in ``data/claim_inputs.csv``.

        Returns
        -------
        figure
            Value, low and high.

        Raises
        ------
        TableError
            If neither the claim nor the shared rows have it.
        """
        try:
            return self.rows[parameter]
        except KeyError:
            raise TableError(
                f"claim {self.claim} has no figure {parameter!r};"
                f" it has {', '.join(sorted(self.rows))}"
            ) from None

    def near(self, one: float, other: float) -> bool:
        """
        Whether two figures are equal within the rounding of published figures.

        Parameters
        ----------
        one, other
            Figures in the same unit; the share is taken of the larger.

        Returns
        -------
        near
            True if they differ by no more than ``reference/rounding_share``.
        """
        return math.isclose(one, other, rel_tol=self("rounding_share"), abs_tol=0.0)

    def changed(self, changes: Mapping[str, float]) -> Figures:
        """
        The same claim with other figures, to see what would make it hold.

        Parameters
        ----------
        changes
            New values by parameter; each also becomes its own range.

        Returns
        -------
        figures
            A changed copy.

        Raises
        ------
        TableError
            If the claim has no such figure.
        """
        for parameter in changes:
            self.span(parameter)
        fresh = {name: Figure(value, value, value) for name, value in changes.items()}
        return replace(self, rows={**self.rows, **fresh})


def claim_figures(claim: str) -> Figures:
    """
    Read the figures of one claim from the tables.

    Parameters
    ----------
    claim
        Identifier in ``data/published_claims.csv``, for example ``"C06"``.

    Returns
    -------
    figures
        Its own figures over those that all claims share.

    Raises
    ------
    TableError
        If there is no such claim.

    Examples
    --------
    >>> claim_figures("C06")("cop")
    5.0
    """
    claims = load_table("published_claims").set_index("id")
    if claim not in claims.index:
        raise TableError(f"no claim {claim!r}; choose one of {', '.join(claims.index)}")
    inputs = load_table("claim_inputs")
    rows: dict[str, Figure] = {}
    for name in (_SHARED, claim):
        mine = inputs[inputs["name"] == name]
        numbers = mine[["value", "low", "high"]].to_numpy().tolist()
        rows |= {key: Figure(*row) for key, row in zip(mine["parameter"], numbers, strict=True)}
    row = claims.loc[claim]
    return Figures(claim, tuple(str(row["subject"]).split()), str(row["remark"]), rows)


def overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """
    Whether two ranges have a value in common.

    Parameters
    ----------
    one, other
        Low and high.

    Returns
    -------
    common
        True if they touch or overlap; False if an end is not a number.
    """
    return one[0] <= other[1] and other[0] <= one[1]


def not_computed(figures: Figures) -> Finding:
    """
    Finding of a claim that no calculation can decide; the reason comes from the table.

    Parameters
    ----------
    figures
        Of the claim.

    Returns
    -------
    finding
        Not checkable, with the reason as its words.
    """
    return Finding(NOT_CHECKABLE, figures.remark, method="none: no figure to recompute")


def compared(
    figures: Figures,
    claimed: float,
    recomputed: float,
    *,
    unit: str,
    words: str,
    assumption: str = "",
    method: str = "",
) -> Finding:
    """
    Finding from one claimed and one recomputed figure.

    Parameters
    ----------
    figures
        Of the claim, for the tolerance.
    claimed, recomputed
        In the same unit.
    unit
        Of both.
    words
        What was recomputed, in words.
    assumption
        What has to be assumed for the two to agree; blank if nothing.
    method
        How the figure was recomputed.

    Returns
    -------
    finding
        Holds, or holds under the assumption, if the two are equal within rounding.
    """
    agrees = figures.near(claimed, recomputed)
    verdict = (ASSUMING if assumption else HOLDS) if agrees else INCONSISTENT
    return Finding(
        verdict, words, claimed, recomputed, unit=unit, assumption=assumption, method=method
    )
