"""Auction houses of vault systems: English (Cat and Flipper) and Dutch (Dog and Clipper), and the vow that owns their debt."""
