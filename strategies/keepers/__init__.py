"""Minds that are paid for the upkeep of protocols."""
