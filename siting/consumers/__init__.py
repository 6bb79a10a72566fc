"""
Who needs heat: what a map and users' tables say about each consumer. Public face: `demand`.

Reading order: `building_use` (what a building is used for) and `heat_sites` (consumers that are
more than one building).
"""
