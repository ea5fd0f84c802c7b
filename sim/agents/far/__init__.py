"""Strategies in processes of their own: the line protocol, its two ends, and the desk at the far one."""
