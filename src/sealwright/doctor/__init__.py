"""Audits of how a repository releases, before anything is tagged. Pure: the text of files in, findings out."""
