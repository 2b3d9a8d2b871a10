"""Delivery: resolve, drop duplicates, upload, publish, poll, confirm. Returns outcomes."""
