"""What costs a second to make, once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.watched import publish_all


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases, signed, uploaded and announced, in the state of the stand-ins; nobody writes into it."""
    folder = tmp_path_factory.mktemp("published")
    publish_all(folder)
    return folder
