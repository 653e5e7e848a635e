"""The checks: one pytest module for each thing that a student writes.

Run them through the engine (``python -m autograder check``), not with pytest directly: they need
a submission and a case pack.
"""
