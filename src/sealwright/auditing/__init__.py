"""Audits: who is asked, what is audited, and what is written down about it. Stages and commands share it."""
