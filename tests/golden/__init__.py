"""Digests of short runs, kept. One may move only in a change whose changelog line says which behaviour moved it."""
