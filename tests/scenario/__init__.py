"""The language of scenarios."""
