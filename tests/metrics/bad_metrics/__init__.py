"""Metrics that should fail the exam, each for its own reason."""
