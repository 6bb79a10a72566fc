"""
The workbook: assumptions, and cash flows that live formulas recompute from them.

Reading order: `book`, `readme`, `named` (what may be changed), `inputs`, `years`, `page`, `lines`,
`cash`, `charts`; `live` and `functions` are formulas with their values, `cells` writes a cell,
`tables` a table, `printing` says how sheets print.
"""
