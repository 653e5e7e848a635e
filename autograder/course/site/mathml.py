"""Turn formulas into MathML, which browsers show by themselves: JSON in, JSON out.

Run as a file, with what ``tools.txt`` lists on the path.
"""

import json
import sys

from latex2mathml.converter import convert

if __name__ == "__main__":
    made = [convert(formula, display=display) for formula, display in json.load(sys.stdin)]
    json.dump(made, sys.stdout)
