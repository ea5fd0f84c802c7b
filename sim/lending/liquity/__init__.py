"""Liquity as deployed in 2021: troves of one collateral, money of its own making, a pool of deposits that stands ready to pay."""
