"""Grades for an instructor's learning management system: Gradescope, Canvas, Moodle."""
