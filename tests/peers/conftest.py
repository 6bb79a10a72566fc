"""Where the programs we are compared with live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.networks import PEERS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def peers() -> Path:
    """Interpreter of the peers' own environment; tests that need it skip where it is absent."""
    if not PEERS.is_file():
        pytest.skip("no .venv-peers: see tests/peers/requirements.txt")
    return PEERS
