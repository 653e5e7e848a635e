"""A class is graded: planned, spread over processes, each student settled, and told.

May import: all of `course` below it, and `engine`.
"""
