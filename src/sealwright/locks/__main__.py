"""`python -m sealwright.locks ROLE`: the path of the role's lock file.

Runs before anything else is installed, so it needs nothing but the standard library.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent


def roles() -> tuple[str, ...]:
    """Every role that has a lock file."""
    return tuple(sorted(path.stem for path in HERE.glob("*.txt")))


def main(arguments: list[str]) -> int:
    """Write the path to standard output; 2 if the role is not one of ours."""
    if len(arguments) != 1 or arguments[0] not in roles():
        sys.stderr.write(f"usage: python -m sealwright.locks {{{','.join(roles())}}}\n")
        return 2
    # Bytes, so that bash on Windows does not get a carriage return at the end of the path.
    sys.stdout.buffer.write(f"{HERE / arguments[0]}.txt\n".encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
