"""Bytes to data with places."""
