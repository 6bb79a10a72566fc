"""
Heat-network zones: where loads lie close enough together for pipes. Public face: `zones`.

Reading order: `rules` (what is asked), `places` with `leaves` (loads on the streets), `growth` with
`balls`, `sections`, `clusters` and `tiles` (who belongs together), `trees`, `pruning` and `joints`
(by which trench); then what is said of a zone: `loads`, `ranges`, `anchors` with `counting` and
`load_texts`, `certainty`, `outlines`, `densities`, `crossings`, `neighbours`, `supply` with
`cover`, `names`, `reasons`; `tables` puts it in rows.
"""
