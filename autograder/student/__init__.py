"""What a student types: check, submit, and how far the whole exercise has come.

May import: `engine` and all below it.
"""
