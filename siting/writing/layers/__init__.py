"""GIS layers: `geopackage` and `zone_layers`, long names (`columns`), styles (`looks`, `qml`)."""
