"""What is asked of students: a folder for each exercise.

A folder holds the exercise's table, its checks, the cases that these try, the properties by which
failing cases are told apart, and what students must do without. May import: `judging` and what that
may. Nothing but the doors at which people come in (`student`, `course`) imports an exercise.
"""
