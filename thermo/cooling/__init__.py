"""The data centre's own side: load of its servers, cooling plant, key figures, water."""
