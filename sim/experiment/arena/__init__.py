"""The arena: keepers race each other in one world, over scenarios and seeds, with seats that go round."""
