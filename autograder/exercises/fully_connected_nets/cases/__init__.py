"""The inputs on which student code is tried."""
