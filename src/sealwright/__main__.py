"""`python -m sealwright`."""

from sealwright.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
