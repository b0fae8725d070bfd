"""A certificate authority for the handshakes."""

from __future__ import annotations

import pytest

from pgwhy.lab.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
