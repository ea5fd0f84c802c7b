"""How fast the machines of the house are. Not tests: `python -m tests.bench` runs them."""
