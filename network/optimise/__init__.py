"""
The optimiser of network designs: consumers, trenches and pipes at once, with a bound.

Reading order: `model` (the problem in arrays, and what a solution costs), `solve` (all together),
`reduce` and `blocks` (smaller problems), `search` and what it uses (a good network), `ascent` and
what it uses (a bound), `certificate` (the bound checked again), `small`, `segments` and `milp`
(exact methods), `groups` and `multipliers` (limits), `marginal` (one consumer more or less).
"""
