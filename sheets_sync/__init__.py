"""Keeps a seller team's daily operations log in a Google Sheet true."""

__version__ = "0.1.0"
