"""Measurements, side by side in one run; ``make bench`` writes them to RESULTS.md."""
