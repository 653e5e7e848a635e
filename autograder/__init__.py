"""The checks of the exercise, and the engine that runs them on student code."""
