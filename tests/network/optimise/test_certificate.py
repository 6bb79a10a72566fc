"""The second look at a bound: agrees with the first, and refuses what is not proven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from heatreach.network.errors import ContradictionError
from heatreach.network.optimise.ascent import lower_bound, tightened_bound
from heatreach.network.optimise.certificate import certified_value
from tests.network.optimise.cases import models, random_model

if TYPE_CHECKING:
    from heatreach.network.optimise.model import Model


def town() -> Model:
    """A small town with loops, several sources and optional consumers."""
    return random_model(11, consumers=10, rows=4, columns=4, sizes=5, sources=2)


@settings(max_examples=20)
@given(models(max_consumers=5))
def test_property_agrees_with_the_bound(model: Model) -> None:
    bound = lower_bound(model, upper_bound=np.inf, polish=5)
    assert certified_value(model, bound) == pytest.approx(bound.value, rel=1e-6, abs=1e-6)
    if np.isfinite(bound.value):
        close = tightened_bound(model, upper_bound=1.05 * bound.value + 1.0, polish=5)
        assert certified_value(model, close) == pytest.approx(close.value, rel=1e-6, abs=1e-6)


def test_certificate_rejects_raised_labels() -> None:
    model = town()
    bound = lower_bound(model, upper_bound=np.inf)
    forged = replace(bound, labels=bound.labels * 1.2, value=bound.value * 1.2)
    with pytest.raises(ContradictionError, match="exceed the intercepts"):
        certified_value(model, forged)


def test_certificate_rejects_a_stated_value_above_the_labels() -> None:
    model = town()
    bound = lower_bound(model, upper_bound=np.inf)
    with pytest.raises(ContradictionError, match="states"):
        certified_value(model, replace(bound, value=bound.value + 10.0))


def test_certificate_rejects_lines_above_the_cost() -> None:
    model = town()
    bound = lower_bound(model, upper_bound=np.inf)
    high = replace(bound.lines, intercept=bound.lines.intercept * 1.1)
    with pytest.raises(ContradictionError, match="lie above"):
        certified_value(model, replace(bound, lines=high))


def test_certificate_rejects_elimination_without_proof() -> None:
    model = town()
    first = lower_bound(model, upper_bound=1e9)
    forged = replace(first, dead_arcs=np.ones_like(first.dead_arcs))
    later = lower_bound(model, upper_bound=1e9, before=first)
    with pytest.raises(ContradictionError, match="without proof"):
        certified_value(model, replace(later, before=forged))
