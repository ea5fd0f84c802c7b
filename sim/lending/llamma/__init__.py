"""crvUSD: loans whose collateral lies in the bands of an automated market maker, which sells it as the price falls and buys it back."""
