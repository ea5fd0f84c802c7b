"""Stories about keepers."""
