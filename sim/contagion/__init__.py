"""Who passed distress to whom, and who would: predicted from balance sheets before a shock, realised from the tape.

Pure functions on arrays, one model a file: ``clearing``, ``debt_rank``, ``fire_sales``, ``overlap``. Their inputs are made of the facts by
``accounts``, ``markets``, ``sheets`` and ``obligations``; ``predicted`` puts them together. ``order`` compares orders of failure.
"""
