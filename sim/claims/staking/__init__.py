"""A liquid-staking token: shares of a stake whose worth is reported once in a frame, and a queue for redemptions."""
