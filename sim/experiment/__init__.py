"""Many runs: the runner that survives them, and the statistics that compare them."""
