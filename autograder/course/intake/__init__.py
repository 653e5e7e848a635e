"""What was handed in, read safely: folders, archives, names, and a look through the source.

May import: the ground and `sandbox`.
"""
