"""The notebooks' drawings: what they are made of, and a module for each part of the exercises."""
