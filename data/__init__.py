"""
What heatreach assumes, and who says so.

Reading order: `tables` (the loader), `money` (one price base per plan), then the CSV files
themselves: ``sources`` (who says so), ``columns`` (the dictionary of every column of every table
that enters or leaves heatreach), ``scenario`` and ``choices`` (defaults a planner may change), the
number tables and the rule tables. ``sample`` holds the hypothetical sites of the demo.
"""

from .errors import TableError
from .money import price, price_factor, priced
from .tables import Assumption, assumption, load_table, table_names, wide

__all__ = [
    "Assumption",
    "TableError",
    "assumption",
    "load_table",
    "price",
    "price_factor",
    "priced",
    "table_names",
    "wide",
]
