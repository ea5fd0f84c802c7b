"""What several tests lean on: naive twins, outside data, pocket worlds."""
