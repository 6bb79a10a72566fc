"""
What a study hands over: map, layers, tables, record.

Reading order: `results` (the plan as writers see it), `handout` (the folder), `atomic` (whole files
or none), `sheets` (CSV, GeoParquet, data dictionary), `layers` (GeoPackage), `maps` with
`map_features`, `map_classes`, `map_geojson` and `map_page`; `report` with its parts; `wording`
turns cells into safe text.
"""
