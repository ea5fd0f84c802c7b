"""The tests of Downtick; the tree mirrors sim/."""
