"""Publish a post file to social networks through Publer, now, and report truthfully."""

__version__ = "1.0.0"
