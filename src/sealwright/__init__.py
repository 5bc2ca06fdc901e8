"""Sealwright: releases Python packages through one hardened pipeline and lets anyone check the result."""

__version__ = "0.1.0"
