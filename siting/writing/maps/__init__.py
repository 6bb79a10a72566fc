"""
Maps that open from disk: shapes by theme, the page around them, table and cards beside them.

Reading order: `drawing` (the map of a plan), `features` with `classes` and `geojson`, `routes`,
`cells`, `background`; `projects` beside the map; `script` and `page`; zones in modules named so.
"""
