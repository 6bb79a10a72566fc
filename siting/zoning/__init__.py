"""
Heat-network zones: where loads lie close enough together for pipes. Public face: `zones`.

Reading order: `rules` (what is asked), `places` with `leaves` (loads on the streets), `growth` with
`balls`, `sections`, `clusters` and `tiles` (who belongs together), `trees`, `pruning` and `joints`
(by which trench); then what is said of a zone: `loads`, `ranges`, `anchors`, `certainty`,
`outlines`, `densities`, `crossings`, `supply` with `cover`, `names`; `tables` puts it in rows.
"""
