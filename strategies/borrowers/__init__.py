"""Minds that owe: those who sit still, those who defend their positions, those who build them up with what they borrow."""
