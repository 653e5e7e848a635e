"""Why student code is wrong: which known mistake gives just what it gives.

`fingerprint` recognizes an output without the code that made it, `explain` finds the mistake that
fits everything seen, `pattern` says what failing cases have in common where none fits. May import:
`judging` and what that may.
"""
