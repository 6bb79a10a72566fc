"""
The workbook: assumptions, and cash flows that live formulas recompute from them.

Reading order: `book`, `named` (what may be changed), `inputs`, `years`, `page`, `lines`, `cash`;
`cells` writes a cell.
"""
