"""The inputs on which student code is tried, layer by layer: recipes that a seed makes concrete."""
