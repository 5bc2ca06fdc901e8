"""Loopback servers that play the services a release talks to.

Each follows the rules of the real service, checks every signature it is given, and is loud about what it refuses.
They are spoken to by the same clients as the real services; nothing in production code knows them.
"""
