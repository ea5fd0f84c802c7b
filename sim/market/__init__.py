"""Price-time priority venues: ladders, the book, fees, halts and the exchange that puts them on the clock."""
