"""The policy that `sealwright init` leaves in a project: small, and explained where it stands."""

from __future__ import annotations

TEMPLATE = """\
# What a release must satisfy beyond the built-in floor of Sealwright, whose docs/verdicts.md lists every check.
# Levels: "report" stops nothing, "enforce" is stopped by a failure, "require" by anything but a pass. A level can be
# raised here and never lowered. The tagged commit's own copy applies, so a change deserves a second pair of eyes.

[checks]
workflow = "require" # release.yml is what `sealwright workflow` renders
# changelog = "require" # the version has an entry
# rebuild = "require"   # a second build on another machine gives the same bytes

# An advisory that does not apply is ignored by id, package, reason and an end within 90 days:
# [[audit.ignore]]
# id = "PYSEC-2026-1"
# package = "example"
# reason = "the affected function is never called with input of others"
# expires = 2027-01-31
"""
