"""
What comes from the internet: once, checked, and kept.

Reading order: `fetch` (a place name to a file), `extracts` (which extract, and its crop),
`overpass` (the last resort), `download` (one file, resumable), `cache` (where it stays), `web`
(which hosts may be asked, and how long).
"""
