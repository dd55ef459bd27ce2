"""Timings, each a ratio measured side by side."""
