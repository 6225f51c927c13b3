"use strict";
// What the page does beyond being read: every table can be taken along as CSV and JSON.
const wattlab = {
  // Data lie in the page as gzip in base64 (reports/blocks/embedded.py).
  async unpack(id) {
    const text = atob(document.getElementById(id).textContent.trim());
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).arrayBuffer();
  },
  async tables() {
    return JSON.parse(new TextDecoder().decode(await wattlab.unpack("tables")));
  },
};

(() => {
  const cellsOf = (row) => Array.from(row.cells, (cell) => cell.textContent.replace(/\s+/g, " ").trim());

  // A table whose numbers stand in results/ comes with all their digits; any other as it is shown.
  async function rowsOf(table) {
    if (table.dataset.source) return (await wattlab.tables())[table.dataset.source];
    const names = table.tHead ? cellsOf(table.tHead.rows[0]) : ["name", "value"];
    return Array.from(table.tBodies[0].rows, (row) => {
      const cells = cellsOf(row);
      const shown = Object.fromEntries(names.map((name, i) => [name in names.slice(0, i) ? `${name} ${i}` : name, cells[i]]));
      return { ...shown, simulated: document.querySelector(".simulated") !== null };
    });
  }

  function csvOf(rows) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const cell = (value) => {
      let text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
      if (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`; // a spreadsheet would take it for a formula
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((line) => line.map(cell).join(",") + "\n").join("");
  }

  async function take(table, format) {
    const rows = await rowsOf(table);
    const text = format === "csv" ? csvOf(rows) : JSON.stringify(rows, null, 1) + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: format === "csv" ? "text/csv" : "application/json" }));
    link.download = `${table.dataset.source || table.id.replace("table-", "")}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  for (const table of document.querySelectorAll("table[id]")) {
    const bar = document.createElement("p");
    bar.className = "take";
    for (const format of ["csv", "json"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format.toUpperCase();
      button.setAttribute("aria-label", `Save the table “${table.caption.textContent.trim()}” as ${format.toUpperCase()}`);
      button.addEventListener("click", () => take(table, format));
      bar.append(button);
    }
    const more = table.parentElement.nextElementSibling;
    if (more?.classList.contains("more")) more.prepend(bar);
    else table.parentElement.after(bar);
  }
})();
