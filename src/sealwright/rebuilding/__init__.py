"""Rebuilding a published release, anybody's, with the backend that it names, and comparing file by file."""
