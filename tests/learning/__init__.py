"""The world as an environment."""
