"""A stable coin that its issuer redeems at par, while it is open and has the money."""
