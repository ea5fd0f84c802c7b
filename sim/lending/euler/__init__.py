"""The Euler family: one pool, two rule books (v1, and the vault kit of v2). Liquidators take debt over, at a discount that grows."""
