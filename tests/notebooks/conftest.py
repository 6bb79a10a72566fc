"""Notebooks run with the caches of the tests, in folders of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .running import executed, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture(scope="module")
def run_in_turn(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Sequence[str]], dict[str, Any]]:
    """Run notebooks by their names; an error in any of them fails."""

    def run(names: Sequence[str]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("work")
        done = executed([stored(name) for name in names], folder)
        return dict(zip(names, done, strict=True))

    return run
