"""Keepers that should fail the exam, each for a reason of its own."""
