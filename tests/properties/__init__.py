"""What holds of every run, whatever its scenario says."""
