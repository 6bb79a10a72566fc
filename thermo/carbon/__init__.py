"""Carbon of energy, refrigerants and pipes, and what bounds a saving. Public face: `emissions`."""
