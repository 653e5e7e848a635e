"""A museum by rule: mistakes made from every correct way by operators upon its syntax tree.

`source` reads a way (`syntax` what is read off single nodes), the modules in ``operators/`` change
it in one place, `mutants` in all places that go together. `inputs` draws what mutants are tried
on, `bench` runs them, `trial` says what one gets wrong, `behaviour` tells those apart that behave
differently, and `table` keeps one of each. May import: what the museum may.
"""
