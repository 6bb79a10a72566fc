"""Errors of the data room."""


class TableError(LookupError):
    """A table, row or parameter that the data room does not hold."""
