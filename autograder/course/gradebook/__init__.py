"""nbgrader's side of a course: the course directory, the scores, the formgrader's notebooks.

May import: `course.record`, `course.notebooks`, and below.
"""
