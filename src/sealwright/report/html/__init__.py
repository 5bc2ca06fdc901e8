"""A verdict as one page of HTML: no script, nothing loaded, everything that others wrote escaped."""

from sealwright.report.html.page import Page, render

__all__ = ["Page", "render"]
