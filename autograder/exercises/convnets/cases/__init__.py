"""The inputs on which student code is tried, layer by layer, as recipes that a seed makes concrete."""
