"""Tests of the report and of two runs side by side."""
