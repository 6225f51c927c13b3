"use strict";
// What the page does beyond being read: every table can be saved as CSV, JSON, Markdown and LaTeX.
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
  save(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  },
  // Buttons of the formats in which something can be saved.
  bar(words, what, save) {
    const bar = document.createElement("p");
    bar.className = "take";
    for (const [format, how] of Object.entries(words)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = { md: "Markdown", tex: "LaTeX" }[format] ?? format.toUpperCase();
      button.title = `Save ${how}`;
      button.setAttribute("aria-label", `Save “${what}” ${how}`);
      button.addEventListener("click", () => save(format));
      bar.append(button);
    }
    return bar;
  },
};

(() => {
  const shownCells = (row) => Array.from(row.cells).filter((cell) => cell.ariaHidden !== "true");
  const cellsOf = (row) => shownCells(row).map((cell) => cell.textContent.replace(/\s+/g, " ").trim());

  // A table whose numbers stand in results/ comes with all their digits; any other as it is shown.
  async function rowsOf(table) {
    if (table.dataset.source) return (await wattlab.tables())[table.dataset.source];
    const names = table.tHead ? cellsOf(table.tHead.rows[0]) : ["name", "value"];
    return Array.from(table.tBodies[0].rows, (row) => {
      const cells = cellsOf(row);
      const shown = Object.fromEntries(names.map((name, i) => [names.slice(0, i).includes(name) ? `${name} ${i}` : name, cells[i]]));
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

  // Markdown and LaTeX are for texts: the cells as the page shows them, without rows that a filter hides.
  function shownOf(table) {
    const rows = Array.from(table.tBodies[0].rows).filter((row) => !row.hidden);
    const lines = [table.tHead ? cellsOf(table.tHead.rows[0]) : ["name", "value"], ...rows.map(cellsOf)];
    const mark = document.querySelector(".simulated strong");
    const simulated = mark ? `${mark.textContent}, not a measurement. ` : "";
    const numeric = shownCells((table.tHead ?? table).rows[0]).map((cell) => cell.classList.contains("number"));
    return { lines, numeric, caption: `${simulated}${table.caption.textContent.trim()}` };
  }

  function markdownOf(table) {
    const { lines, numeric, caption } = shownOf(table);
    const line = (cells) => `| ${cells.map((cell) => cell.replace(/([\\|*_`<])/g, "\\$1")).join(" | ")} |\n`;
    return `${caption}\n\n${line(lines[0])}| ${numeric.map((is) => (is ? "---:" : ":---")).join(" | ")} |\n${lines.slice(1).map(line).join("")}`;
  }

  const LATEX = {
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}", "−": "$-$", "±": "$\\pm$", "∓": "$\\mp$",
    "×": "$\\times$", "·": "$\\cdot$", "≤": "$\\le$", "≥": "$\\ge$", "≈": "$\\approx$", "²": "$^2$", "µ": "$\\mu$", "°": "$^\\circ$", "Δ": "$\\Delta$", "τ": "$\\tau$",
  };

  function latexOf(table) {
    const { lines, numeric, caption } = shownOf(table);
    const words = (text) => text.replace(/[\\~^<>−±∓×·≤≥≈²µ°Δτ]|[&%$#_{}]/g, (sign) => LATEX[sign] ?? `\\${sign}`);
    const line = (cells) => `${cells.map(words).join(" & ")} \\\\\n`;
    const body = `\\toprule\n${line(lines[0])}\\midrule\n${lines.slice(1).map(line).join("")}\\bottomrule\n`;
    const columns = numeric.map((is) => (is ? "r" : "l")).join("");
    return `% needs \\usepackage{booktabs}\n\\begin{table}\n\\caption{${words(caption)}}\n\\begin{tabular}{${columns}}\n${body}\\end{tabular}\n\\end{table}\n`;
  }

  const TYPES = { csv: "text/csv", json: "application/json", md: "text/markdown", tex: "application/x-tex" };
  const TEXTS = {
    csv: async (table) => csvOf(await rowsOf(table)),
    json: async (table) => JSON.stringify(await rowsOf(table), null, 1) + "\n",
    md: markdownOf,
    tex: latexOf,
  };

  async function save(table, format) {
    const text = await TEXTS[format](table);
    const name = table.id.replace("table-", "") || table.caption.textContent.trim().replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
    wattlab.save(`${table.dataset.source || name}.${format}`, new Blob([text], { type: TYPES[format] }));
  }

  for (const table of document.querySelectorAll("table[id], table.lines")) {
    const words = { csv: "as CSV", json: "as JSON", md: "as Markdown", tex: "as LaTeX" };
    const bar = wattlab.bar(words, table.caption.textContent.trim(), (format) => save(table, format));
    const more = table.parentElement.nextElementSibling;
    if (more?.classList.contains("more")) more.prepend(bar);
    else table.parentElement.after(bar);
  }
})();
