"""A network on its design day and over the year, and corrections to it. Public face: `simulate`."""
