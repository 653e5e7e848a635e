"""One change of a student's code that makes it right: its edits, tried one after the other.

`search` is the way in. May import: judging, and the marks of `diagnosis`.
"""
