"""The scenarios that are shipped."""
