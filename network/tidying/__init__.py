"""Streets as drawn, put in order: joined, one trench per street, bores under barriers."""
