"""Parts of a heat-pump cycle: efficiency, pinch, choice, part load. Public face: `heat_pump`."""
