"""
Files of users: opened, understood, checked, refused well.

Reading order: `files` (what a file is), `raw` (cells and geometry as they stand in it), by format
`text_tables`, `map_files` and `archives`; then `validate` (a checked table), with `columns`,
`column_rules`, `values` and `findings` for cells, `places`, `coordinates` and `text_places` for
geometry; `area` reads what stands behind ``--area``.
"""
