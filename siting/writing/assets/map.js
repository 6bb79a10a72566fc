"use strict";
(() => {
  const map = window.map_plan;
  const layerOf = (key) => window["geo_json_" + key];

  L.control.scale({ imperial: false }).addTo(map);
  // Beside the map the layer switch hides nothing of it.
  document.getElementById("layers").append(layer_control_plan.getContainer());

  for (const entry of document.querySelectorAll("[data-layer]")) {
    entry.dataset.drawn = String(layerOf(entry.dataset.layer).getLayers().length);
  }

  for (const button of document.querySelectorAll("button[data-zoom]")) {
    button.addEventListener("click", () => {
      const route = layerOf(button.dataset.zoom);
      route.addTo(map);
      map.fitBounds(route.getBounds(), { padding: [40, 40] });
    });
  }

  const consumers = layerOf("connected");
  const letters = layerOf("letters");
  const closeEnough = 16;
  const showLetters = () => {
    const wanted = map.getZoom() >= closeEnough && map.hasLayer(consumers);
    if (wanted) letters.addTo(map);
    else letters.remove();
  };
  if (consumers && letters) {
    map.on("zoomend overlayadd overlayremove", showLetters);
    showLetters();
  }

  document.documentElement.dataset.map = "ready";
})();
