"""Tests of the runner and of the statistics."""
