"""Agents: strategies behind desks, told late by couriers, sent on their way by the runner."""
