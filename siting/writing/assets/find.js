(() => {
  "use strict";
  const map = window.map_plan;
  const layerOf = (key) => window["geo_json_" + key];
  const field = document.getElementById("find");
  const list = document.getElementById("found");
  const words = document.getElementById("found_words");
  const MOST_FOUND = 12;
  const CLOSE = 17;
  const KINDS = [["connected", "connected"], ["unconnected", "not connected"], ["buildings", "building"], ["anchors", "anchor load"]];

  // Names in the data are HTML; these are all the references that are written into it.
  const NAMED = { amp: "&", lt: "<", gt: ">" };
  const plain = (text) => text.replace(/&(?:#(\d+)|(amp|lt|gt));/g, (_, code, name) =>
    name ? NAMED[name] : String.fromCodePoint(Number(code)));
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  let known = null;
  const everything = () => {
    known ??= KINDS.flatMap(([key, kind]) => (layerOf(key)?.getLayers() ?? []).map((shape) => {
      const name = plain(String(shape.feature.properties.name ?? ""));
      return { name, kind, key, shape, folded: folded(name) };
    }));
    return known;
  };

  const show = ({ key, shape }) => {
    const at = shape.getLatLng ? shape.getLatLng() : shape.getBounds().getCenter();
    layerOf(key).addTo(map);
    map.setView(at, Math.max(map.getZoom(), CLOSE), { animate: false });
    shape.fire("click", { latlng: at }, true);
  };

  const entry = (hit) => {
    const button = document.createElement("button");
    const name = document.createElement("bdi");
    name.textContent = hit.name;
    button.type = "button";
    button.append(name, ` (${hit.kind})`);
    button.addEventListener("click", () => show(hit));
    const item = document.createElement("li");
    item.append(button);
    return item;
  };

  const filterRows = (wanted) => {
    let shown = 0;
    const rows = document.querySelectorAll("tr[data-row], tr[data-number]");
    for (const row of rows) {
      row.hidden = !folded(row.cells[1].textContent).includes(wanted);
      if (!row.hidden) shown += 1;
    }
    return `${shown} of ${rows.length} rows`;
  };

  const find = () => {
    const wanted = folded(field.value.trim());
    const rows = filterRows(wanted);
    const hits = wanted ? everything().filter((place) => place.folded.includes(wanted)) : [];
    list.replaceChildren(...hits.slice(0, MOST_FOUND).map(entry));
    const first = hits.length > MOST_FOUND ? `, the first ${MOST_FOUND} below` : "";
    words.textContent = wanted ? `${rows}; ${hits.length} consumers on the map${first}` : "";
  };
  field.addEventListener("input", find);
})();
