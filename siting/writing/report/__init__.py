"""
The report: one HTML page without a script.

Reading order: `document` (the page), `sheets` (a project), `evidence` and `sources`; tables in
`tables` and `lists`; pictures in `charts`, `spread`, `year` and `network` on `axes` and `svg`.
"""
