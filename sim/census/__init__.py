"""The census: what the house declares and nothing that ships or is tested ever uses.

``python -m sim.census`` (``make census``) lists records, commands, calls, words and scenario keys that no shipped scenario and no
test produces or uses. A word that nobody can say is a promise nobody keeps; a key that nobody sets was never tried.
"""
