"""The scenarios that ship with Downtick: TOML files, and Python only where data cannot say it."""
