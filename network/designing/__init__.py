"""Parts of a network design: limits, groups, tables, who is left out. Public face: `design`."""
