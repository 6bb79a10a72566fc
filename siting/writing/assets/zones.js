(() => {
  "use strict";
  const map = window.map_plan;
  const layerOf = (key) => window["geo_json_" + key];

  // Routes and ranks belong to the zones of their rule: they come and go with them.
  for (const part of document.querySelectorAll("details[data-zones]")) {
    const zones = layerOf(part.dataset.zones);
    const others = [part.dataset.routes, part.dataset.ranks].map(layerOf).filter(Boolean);
    if (!zones) continue;
    const follow = () => {
      zones.bringToBack();
      for (const layer of others) layer.addTo(map);
    };
    zones.on("add", follow);
    zones.on("remove", () => { for (const layer of others) layer.remove(); });
    if (map.hasLayer(zones)) follow();
  }

  // Rows and outlines of zones are linked both ways.
  const rowOf = new Map();
  const mark = (row) => {
    for (const other of rowOf.values()) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.hidden = false;
    row.closest("details").open = true;
    row.scrollIntoView({ block: "nearest" });
  };
  for (const button of document.querySelectorAll("button[data-zone]")) {
    const row = button.closest("tr");
    const zones = layerOf(button.dataset.zone);
    rowOf.set(`${button.dataset.zone}/${button.dataset.number}`, row);
    row.classList.add("linked");
    row.addEventListener("click", () => {
      zones.addTo(map);
      const zone = zones.getLayers().find((shape) => shape.feature.id === button.dataset.number);
      map.fitBounds(zone.getBounds(), { padding: [60, 60], maxZoom: 17, animate: false });
      zone.fire("click", { latlng: zone.getBounds().getCenter() }, true);
      mark(row);
      // In a narrow window the map stands below the table.
      document.querySelector(".stage").scrollIntoView({ block: "nearest" });
    });
  }
  for (const part of document.querySelectorAll("details[data-zones]")) {
    layerOf(part.dataset.zones)?.on("click", (event) => {
      const row = rowOf.get(`${part.dataset.zones}/${event.propagatedFrom.feature.id}`);
      if (row) mark(row);
    });
  }

  const anchors = layerOf("anchors");
  const labels = layerOf("anchor_labels");
  // Where loads stand close, their figures are legible only from near.
  const closeEnough = labels && labels.getLayers().length > 60 ? 16.5 : 14.5;
  const showLabels = () => {
    const wanted = map.getZoom() >= closeEnough && map.hasLayer(anchors);
    if (wanted) labels.addTo(map);
    else labels.remove();
  };
  if (anchors && labels) {
    map.on("zoomend overlayadd overlayremove", showLabels);
    showLabels();
  }
})();
