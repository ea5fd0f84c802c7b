"""Who takes from a lender what its own rules give away: each acts only where its sums, on what it sees late, say gain."""
