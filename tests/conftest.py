"""What holds for every test, whoever starts them and from where."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Programs that tests start can be interrupted, also where a shell runs the tests in its background.

    It has them ignore the signal then, and what they start inherits that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
