(() => {
  "use strict";
  const map = window.map_plan;
  const layerOf = (key) => window["geo_json_" + key];

  // Thin pipes are hard to hit; a few pixels beside them count.
  map.eachLayer((layer) => { if (layer instanceof L.Canvas) layer.options.tolerance = 4; });
  L.control.scale({ imperial: false }).addTo(map);
  // Beside the map the layer switch hides nothing of it.
  document.getElementById("layers").append(layer_control_plan.getContainer());

  for (const entry of document.querySelectorAll("[data-layer]")) {
    entry.dataset.drawn = String(layerOf(entry.dataset.layer).getLayers().length);
  }

  // In the frame of a notebook the address of a part would be that of the notebook.
  document.querySelector(".jump").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const part = document.getElementById(link.hash.slice(1));
    if (part.tabIndex < 0) part.tabIndex = -1;
    part.scrollIntoView();
    part.focus({ preventScroll: true });
  });

  // Letters are elements of the page: only those in sight are made.
  const consumers = layerOf("connected");
  const letters = layerOf("letters");
  const closeEnough = 16;
  if (consumers && letters) {
    const inSight = L.layerGroup().addTo(map);
    const showLetters = () => {
      inSight.clearLayers();
      if (map.getZoom() < closeEnough || !map.hasLayer(consumers)) return;
      const view = map.getBounds();
      letters.eachLayer((letter) => {
        if (view.contains(letter.getLatLng())) inSight.addLayer(letter);
      });
    };
    map.on("moveend overlayadd overlayremove", showLetters);
    showLetters();
  }

  // Paper has no scripts: the map takes the size of the sheet before it is printed, and paints at once.
  const stage = document.querySelector(".stage");
  const FOLDED = ".panel > details:not(.zones):not([open]), .card:not([hidden]) details:not([open])";
  let seen = null;
  let unfolded = [];
  map.paintAtOnce = () => map.eachLayer((layer) => { if (layer instanceof L.Canvas) layer._redraw(); });
  const fitted = () => {
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(seen, { animate: false });
    map.paintAtOnce();
  };
  addEventListener("beforeprint", () => {
    seen = map.getBounds();
    stage.classList.add("printed");
    unfolded = [...document.querySelectorAll(FOLDED)];
    for (const part of unfolded) part.open = true;
    fitted();
  });
  addEventListener("afterprint", () => {
    stage.classList.remove("printed");
    for (const part of unfolded) part.open = false;
    fitted();
  });

  document.documentElement.dataset.map = "ready";
})();
