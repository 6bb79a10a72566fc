"""The COP of an exact cycle as a table: a million points a second. Public face: `table`."""
