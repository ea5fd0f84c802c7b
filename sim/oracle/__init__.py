"""Feeds and reporters: how late views of venues become the one price that contracts read."""
