"""The Aave family: one pool, three rule books (v2, v3.0, v3.7)."""
