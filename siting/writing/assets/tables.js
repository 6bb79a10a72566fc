(() => {
  "use strict";
  const MISSING = "–";

  // What a cell is sorted by: its value, else the number it shows, else its text.
  const keyOf = (cell) => {
    const text = cell.textContent.trim();
    if (cell.dataset.value !== undefined) return cell.dataset.value === "" ? null : Number(cell.dataset.value);
    if (text === MISSING || text === "") return null;
    const number = Number(text.replaceAll(",", "").replace("−", "-"));
    return Number.isNaN(number) ? text : number;
  };
  const compared = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });

  const sorted = (body, original, column, falling) => {
    const rows = original.map((row) => [row, keyOf(row.cells[column])]);
    // Blanks stay last, whichever way; equals stay in rank order.
    rows.sort(([, a], [, b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return falling ? compared(b, a) : compared(a, b);
    });
    body.append(...rows.map(([row]) => row));
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const headings = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const original = [...body.rows];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const before = heading.getAttribute("aria-sort");
        const isFigure = heading.classList.contains("figure");
        const falling = before ? before === "ascending" : isFigure;
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
        sorted(body, original, column, falling);
      });
    });
  }

  // Arrows move between the buttons of the rows that are shown.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = step && event.target.closest?.("table[data-sortable] tbody tr");
    if (!row) return;
    const buttons = [...row.parentElement.querySelectorAll("tr:not([hidden]) button")];
    const next = buttons[buttons.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
