"""What ``downtick keeper new`` writes: texts of a keeper and of its test, with names to be filled in."""
