"""Parts of the reader of OpenStreetMap files. Public face: `osm`."""
