"""
Shortest trees that join given places along the streets, with a bound on how short they can be.

Reading order: `tree` (what is asked and handed over), `given` and `problem` (arrays), `kernels`
(searches), `contraction`, `blocks` and `reduce` (smaller problems), `local_search` and `primal`
(short trees), `ascent` (bound), `cuts` and `program` (linear program), `solve` (all together).
"""

from .tree import SteinerTree, heuristic_tree, steiner_tree

__all__ = ["SteinerTree", "heuristic_tree", "steiner_tree"]
