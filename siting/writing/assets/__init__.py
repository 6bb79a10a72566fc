"""
Files that go into every map.

Leaflet 1.9.4 as published (BSD 2-clause, see ``leaflet-licence.txt``), and the page around it:
``map.html``, ``map.css``, ``map.js``.
"""
