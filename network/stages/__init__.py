"""Networks built in stages. Public face: `staged_design`."""
