"""Decisions. Bytes and expectations in, findings out: no network, no file system, no clock."""
