"""The built-in strategies: traders, borrowers, keepers, oracles, attackers; found by entry point, like anyone's."""
