"""From a reply to a verdict.

A check (`declare`) tries student code on cases (`case`), which a pack (`pack`) holds with what is
expected of them. A `Session` asks a submission, an `Exam` judges what came back (`compare`), and a
`Verdict` is what is left of it. May import: `sandbox` and the ground.
"""
