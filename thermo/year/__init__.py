"""One year of plant, store and boiler, hour by hour. Public face: `dispatch`."""
