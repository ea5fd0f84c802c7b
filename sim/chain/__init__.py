"""Blocks and the price of being in one: fee markets, block clocks, mempool, background demand, builder, contracts.

Only ``chain.py`` knows the kernel; everything else here is a pure machine, usable alone.
"""
