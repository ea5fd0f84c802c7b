"""Stories about oracles."""
