"""Stories about borrowers."""
