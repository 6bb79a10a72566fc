"""
Map sheets on paper: an overview, a sheet per network, a sheet per zone, each A3 landscape.

`document` writes the file. Read in this order: `sheet_list` (which sheets there are), `lettering`
(texts that fit), `paper` (a sheet in millimetres), `window` (the round scale), `frame` (grid,
scale bar, north), `looks` (classes on paper), `layers` (what is drawn), `numbers` (labels that do
not cover each other), `pipe_sizes`, `panel` with `legend`, `marks` (data centres), `facts`
(figures), then the sheets themselves: `overview`, `network_sheet`, `zone_sheet`.
"""
