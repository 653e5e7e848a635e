"""Runs the checks of an exercise on a submission, under pytest, and says what came of each.

May import: `exercises`, `diagnosis`, `judging`, `show`, and what these may.
"""
