"""Where student code runs: how a worker is started and shut in, and the wire to it.

`levels` names the kinds of isolation, from bubblewrap to plain limits; `launch` and `paths` say how
a worker is started under each; `probe` tries from inside, with `attempts`, what each of them stops;
`doctor` tells it to people. `client` is the grader's end of the wire, `worker/` the process at the
other end, which imports nothing of ours but what lies beside it. May import: the ground (`locate`,
`submission`, `disk`).
"""
