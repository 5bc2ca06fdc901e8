"""Which commit a version of an action is. Data: beside our own pins, only what was looked up and is needed to help.

A commit is the one that the tag resolves to. The id of an annotated tag is another object: it looks like a commit, and
gh-action-pypi-publish then asks for a container image that does not exist.
"""

from __future__ import annotations

from sealwright.pipeline.pins import ACTIONS, FLOWS, OPTIONAL_ACTIONS

_OTHERS: dict[str, dict[str, str]] = {
    "pypa/gh-action-pypi-publish": {
        "cef221092ed1bacb1cc03d23a2d87d1d172e277b": "v1.14.0",
        "ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e": "v1.13.0",
        "76f52bc884231f62b9a034ebfe128415bbaabdfc": "v1.12.4",
        "81e9d935c883d0b210363ab89cf05f3894778450": "v1.8.14",
    },
    "actions/upload-artifact": {"bbbca2ddaa5d8feaa63e36b76fdaad77386f024f": "v7.0.0"},
    "actions/attest-build-provenance": {
        "0f67c3f4856b2e3261c31976d6725780e5e4c373": "v4.1.1",
        "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32": "v4.1.0",
    },
    "sigstore/gh-action-sigstore-python": {"790bc6befb9d733738f18d8f895854b453640ec9": "v3.5.0"},
    "astral-sh/setup-uv": {"20cfd1bf945f4377ade1205e4dbc17946fc9a30d": "v10.0.1"},
    "hynek/build-and-inspect-python-package": {"2abe76da66d0a6a4a227101f9348ee855797cfa5": "v3.0.1"},
    "softprops/action-gh-release": {
        "3d0d9888cb7fd7b750713d6e236d1fcb99157228": "v3.0.2",
        "b4309332981a82ec1c5618f44dd2e27cc8bfbfda": "v3.0.0",
    },
    "re-actors/alls-green": {"05ac9388f0aebcb5727afa17fcccfecd6f8ec5fe": "v1.2.2"},
}

TAG_OBJECTS: dict[str, str] = {
    "a892a5a61159132606e93a2fa6f4358831b04d26": "v1.14.2",
    "6733eb7d741f0b11ec6a39b58540dab7590f9b7d": "v1.14.0",
    "106e0b0b7c337fa67ed433972f777c6357f78598": "v1.13.0",
    "7f25271a4aa483500f742f9492b2ab5648d61011": "v1.12.4",
}
"""Ids of annotated tags of pypa/gh-action-pypi-publish that were found pinned in place of a commit."""


def versions_of(action: str) -> dict[str, str]:
    """Commit to version, newest first, of an action or reusable workflow by its name in lower case."""
    ours = {name: pin for name, pin in (ACTIONS | OPTIONAL_ACTIONS).items() if name.lower() == action}
    flows = {flow.value: pin for flow, pin in FLOWS.items() if flow.value.lower() == action}
    return {pin.commit: pin.version for pin in (ours | flows).values()} | _OTHERS.get(action, {})


def pin_of(action: str) -> str | None:
    """`owner/name@commit # version` of the newest known version; None where none is known."""
    found = next(iter(versions_of(action).items()), None)
    return f"{action}@{found[0]} # {found[1]}" if found else None
