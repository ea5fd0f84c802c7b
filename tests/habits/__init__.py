"""Habits of the house that no ready-made tool checks; each checker is also shown to catch an offender."""
