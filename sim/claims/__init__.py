"""Assets that are claims: shares of a stake with a queue for redemptions, and stable coins that somebody redeems at par."""
