"""Heat demand hour by hour: a year of weather, shapes by use, peaks. Public face: `profiles`."""
