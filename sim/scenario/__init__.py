"""Scenarios: the language they are written in, the classes they become, and how they are found and checked."""
