"""Learning: the world as an environment that asks for one decision at a time (the extra ``gym``)."""
