"""
Who needs heat: what a map and users' tables say about each consumer. Public face: `demand`.

Reading order: `tag_rules` (which row of a rule fits), `building_use` (what a building is used for),
`heat_sites` (consumers that are more than one building), `campuses` (buildings of one site, objects
mapped twice), `storeys` (storeys and floor area), `ages` (year and standard), `benchmarks` (figures
of a use), `confidence` (how sure the heat is), `totals` (demand by use). Beside the map:
`matching`, `flats` and `joined` (users' tables of demand), `reconcile` (control totals),
`heat_raster` (heat maps of cells) and `heat_networks` (networks that buy heat).
"""
