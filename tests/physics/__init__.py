"""Effects that must arise from the parts: compared run by run with a twin, and held against models that flatter."""
