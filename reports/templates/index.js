"use strict";
// The table of the campaigns: sorted by a click on a column's head, and only the rows that hold what is typed.
(() => {
  const table = document.getElementById("table-campaigns");
  if (!table) return;
  const body = table.tBodies[0];
  const heads = Array.from(table.tHead.rows[0].cells);

  const textOf = (row, n) => row.cells[n].textContent.trim();
  const numberOf = (text) => parseFloat(text.replaceAll("−", "-").replace(/[\u2009\u202f\u00a0]/g, "").replace(/^[^\d-]+/, ""));

  function compare(n, numeric) {
    return (a, b) => {
      const [first, second] = [textOf(a, n), textOf(b, n)];
      if (!numeric) return first.localeCompare(second, "en", { numeric: true });
      const [x, y] = [numberOf(first), numberOf(second)];
      return Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) - Number.isNaN(y) : x - y;
    };
  }

  function sort(head, n) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(body.rows).sort(compare(n, head.classList.contains("number")));
    body.append(...(down ? rows.reverse() : rows));
  }

  heads.forEach((head, n) => {
    if (["Pages", "Runs over time"].includes(head.textContent.trim())) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, n));
    head.append(button);
  });

  const filter = document.createElement("input");
  filter.type = "search";
  filter.className = "filter";
  filter.placeholder = "Filter campaigns";
  filter.setAttribute("aria-label", "Filter campaigns");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const row of body.rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
  table.closest(".scroll").before(filter);
})();
