"""Mistakes that students make and correct ways to write what is asked, as code; never handed out.

A folder for each exercise holds the pieces. What is made of them: the packs (`packs`, `fingerprints`),
the sample class, and the score of the checks themselves (`meta`). May import: `engine` and below.
"""
