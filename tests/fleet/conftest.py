"""What the tests of fleets share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import parts


@pytest.fixture(scope="session")
def ansible_inventory() -> Path:
    return parts.ansible("ansible-inventory")


@pytest.fixture(scope="session")
def ansible_playbook() -> Path:
    return parts.ansible("ansible-playbook")
