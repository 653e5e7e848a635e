"""A student's notebook: read as a stranger's file, run in the sandbox, made fit for a page.

May import: `sandbox`, `course.intake`, and below.
"""
