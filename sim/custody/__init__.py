"""Between chain and venue: deposits and withdrawals as real txs, with confirmations and credit."""
