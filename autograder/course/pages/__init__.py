"""The pages and tables made from records and scores; they compute no verdict.

May import: `course.gradebook`, `course.record`, `course.notebooks`, and below.
"""
