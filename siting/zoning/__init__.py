"""Heat-network zones: where loads lie close enough together for pipes. Public face: `zones`."""
