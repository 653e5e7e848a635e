"""What a verdict looks like: as HTML, in a terminal and as text; wrong arrays as pictures.

`text` says what there is to say of each check, once; `html` and `terminal` show it where they can.
May import: `judging`.
"""
