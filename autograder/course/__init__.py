"""For instructors: the skeleton, the release, and the grading of a class. Not given to students."""
