"""
What a study hands over: map, report, workbook, layers, tables, record.

Reading order: `results` (the plan as writers see it), `handout` (the folder), `atomic` (whole files
or none), `sheets` (CSV, GeoParquet, data dictionary), `record`; folders `maps`, `report`,
`workbook`, `layers`; `notebook` (how a plan shows itself); `wording` turns cells into safe text.
"""
