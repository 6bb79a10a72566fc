(() => {
  "use strict";
  const map = window.map_plan;
  const layerOf = (key) => window["geo_json_" + key];
  const table = document.getElementById("projects");
  if (!table) return;

  const rows = new Map([...table.querySelectorAll("tr[data-row]")].map((row) => [row.dataset.row, row]));
  const layers = ["routes_joined", "routes"].map(layerOf).filter(Boolean);
  const sites = layerOf("sites");
  const stage = document.querySelector(".stage");
  const said = document.getElementById("said");
  const CARD_SHARE = 0.5;

  const shapes = new Map([...rows.keys()].map((row) => [row, []]));
  for (const layer of layers) {
    layer.eachLayer((shape) => shapes.get(shape.feature.properties.row)?.push(shape));
  }
  const markers = new Map();
  sites?.eachLayer((marker) => markers.set(marker.feature.properties.row, marker));

  // The chosen route glows from below, so that colour, width and dashes of its pipes stay readable.
  // It shares the canvas of all shapes: on paper a second canvas would be hidden by the first.
  const glow = L.layerGroup().addTo(map);
  const glowing = (shape) => L.polyline(shape.getLatLngs(), {
    glow: true, color: "#56B4E9", weight: shape.options.weight + 8, opacity: 0.55, interactive: false,
  });

  let chosen = null;
  const clear = () => {
    if (chosen === null) return;
    rows.get(chosen).removeAttribute("aria-current");
    document.getElementById("card_" + chosen).hidden = true;
    markers.get(chosen)?.getElement()?.classList.remove("chosen");
    glow.clearLayers();
    chosen = null;
    delete document.documentElement.dataset.chosen;
  };

  const zoomTo = (row, card) => {
    const bounds = L.latLngBounds([]);
    for (const shape of shapes.get(row)) bounds.extend(shape.getBounds());
    if (markers.has(row)) bounds.extend(markers.get(row).getLatLng());
    if (!bounds.isValid()) return;
    // The card covers the right side of the map, or its foot where the map is narrow.
    const isWide = card.offsetWidth < map.getSize().x * CARD_SHARE;
    const covered = isWide ? [card.offsetWidth + 20, 0] : [0, card.offsetHeight + 20];
    map.fitBounds(bounds, {
      paddingTopLeft: [40, 40], paddingBottomRight: [40 + covered[0], 40 + covered[1]], maxZoom: 17, animate: false,
    });
  };

  const choose = (row, { zoom = false } = {}) => {
    if (!rows.has(row)) return;
    clear();
    chosen = row;
    const line = rows.get(row);
    const card = document.getElementById("card_" + row);
    line.setAttribute("aria-current", "true");
    line.hidden = false;
    line.scrollIntoView({ block: "nearest" });
    card.hidden = false;
    card.scrollTop = 0;
    if (zoom) {
      map.closePopup();
      for (const layer of layers) layer.addTo(map);
      sites?.addTo(map);
      zoomTo(row, card);
      // In a narrow window the map stands below the table.
      stage.scrollIntoView({ block: "nearest" });
    }
    for (const shape of shapes.get(row)) glow.addLayer(glowing(shape));
    glow.eachLayer((shape) => shape.bringToBack());
    markers.get(row)?.getElement()?.classList.add("chosen");
    document.documentElement.dataset.chosen = row;
    const where = shapes.get(row).length || markers.has(row) ? "shown on the map" : "not on the map";
    said.textContent = `${line.cells[1].textContent.trim()}: ${where}; its card follows the map.`;
  };

  table.tBodies[0].addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-row]");
    if (line) choose(line.dataset.row, { zoom: true });
  });
  for (const layer of [...layers, ...(sites ? [sites] : [])]) {
    layer.on("click", (event) => choose(event.propagatedFrom.feature.properties.row));
  }

  // Markers are stops of the Tab key: they get a name, and Enter chooses them.
  const named = (marker) => {
    const element = marker.getElement();
    const row = rows.get(marker.feature.properties.row);
    if (!element) return;
    const name = row ? row.cells[1].textContent.trim() : "Data centre";
    element.setAttribute("aria-label", `${name}, rank ${element.textContent.trim()}`);
  };
  sites?.eachLayer((marker) => {
    named(marker);
    marker.on("add", () => named(marker));
    marker.on("keypress", (event) => {
      if (event.originalEvent.key === "Enter") choose(marker.feature.properties.row);
    });
  });

  // On paper the card must not hide the route it tells of.
  addEventListener("beforeprint", () => {
    if (chosen === null) return;
    zoomTo(chosen, document.getElementById("card_" + chosen));
    map.paintAtOnce();
  });

  const close = () => {
    const row = rows.get(chosen);
    clear();
    row?.querySelector("button").focus();
  };
  document.querySelector(".cards").addEventListener("click", (event) => {
    if (event.target.closest(".close")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen !== null) close();
  });
})();
