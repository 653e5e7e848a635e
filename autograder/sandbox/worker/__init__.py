"""The process that student code runs in. The grader imports `wire` only; see ``__main__``."""
