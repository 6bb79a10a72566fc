"""Errors of the network room."""


class OsmFileError(ValueError):
    """A file that cannot be read as OpenStreetMap data."""


class StreetError(ValueError):
    """Streets that cannot become a graph, or a graph that lacks what was asked of it."""


class ContradictionError(ArithmeticError):
    """A plan or bound that contradicts itself: something is wrong with heatreach, not the input."""
