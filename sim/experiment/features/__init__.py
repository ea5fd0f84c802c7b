"""Features: mechanisms that a twin can do without, each a small object that makes of a scenario the same one without it."""
