"use strict";
// Drawings of boxes (reports/blocks/boxes.py): keyboard, read-out and zoom. Without this script the boxes have tooltips.
(() => {
  const REST = "Point at a box, or focus the drawing: ← → go to neighbours, ↓ ↑ to the rows below and above, Enter zooms, 0 shows everything.";
  const WHOLE = { x: 0, width: 100 };
  const number = (element, name) => parseFloat(element.getAttribute(name) ?? "0");

  function open(drawing) {
    const read = document.querySelector(`.boxes-read[data-for="${drawing.id}"]`);
    const parts = Array.from(drawing.querySelectorAll(".box, .stretch"), (element) => ({
      element,
      x: number(element, "x"),
      y: number(element, "y"),
      width: number(element, "width"),
      clipped: element.matches(".box"),
    }));
    const boxes = parts.filter((part) => part.clipped);
    const rows = [...new Set(boxes.map((box) => box.y))].sort((a, b) => a - b);
    for (const box of boxes) {
      box.row = rows.indexOf(box.y);
      box.words = box.element.querySelector("title").textContent;
    }
    let chosen = null;

    const say = (box) => { read.textContent = box ? box.words : REST; };
    function choose(box) {
      if (!box) return;
      chosen?.element.classList.remove("chosen");
      chosen = box;
      chosen.element.classList.add("chosen");
      say(chosen);
    }
    // What lies within the width of a box fills the drawing, with all that is above it; what lies beside it leaves,
    // and its width cannot be negative.
    function zoom(to) {
      for (const part of parts) {
        const left = part.clipped ? Math.max(part.x, to.x) : part.x;
        const right = part.clipped ? Math.min(part.x + part.width, to.x + to.width) : part.x + part.width;
        const away = part.clipped ? right - left <= 1e-6 : right < to.x - 1e-6 || left > to.x + to.width + 1e-6;
        part.element.toggleAttribute("hidden", away);
        part.element.setAttribute("x", `${((left - to.x) / to.width) * 100}%`);
        if (part.width) part.element.setAttribute("width", `${(Math.max(right - left, 0) / to.width) * 100}%`);
      }
    }
    const shown = (row) => boxes.filter((box) => box.row === row && !box.element.hasAttribute("hidden"));
    function beside(step) {
      const row = shown(chosen.row).sort((a, b) => a.x - b.x);
      return row[row.indexOf(chosen) + step];
    }
    // The widest box of the next row that shares some of the width.
    const across = (step) => shown(chosen.row + step)
      .filter((box) => box.x < chosen.x + chosen.width && chosen.x < box.x + box.width)
      .sort((a, b) => b.width - a.width)[0];
    const moves = {
      ArrowDown: () => choose(across(1)),
      ArrowUp: () => choose(across(-1)),
      ArrowLeft: () => choose(beside(-1)),
      ArrowRight: () => choose(beside(1)),
      Enter: () => zoom(chosen),
      0: () => zoom(WHOLE),
    };

    const panel = drawing.parentElement; // the drawing itself stays an image with its description
    panel.tabIndex = 0;
    panel.setAttribute("role", "application");
    panel.setAttribute("aria-label", drawing.querySelector("title").textContent);
    panel.setAttribute("aria-describedby", `${drawing.id}-desc`);
    drawing.classList.add("walkable");
    read.setAttribute("aria-live", "polite");
    read.hidden = false;
    say(null);
    panel.addEventListener("focus", () => choose(chosen ?? boxes[0]));
    panel.addEventListener("keydown", (event) => {
      if (!chosen || !moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      moves[event.key]();
    });
    for (const box of boxes) {
      box.element.addEventListener("pointerenter", () => say(box));
      box.element.addEventListener("click", () => { choose(box); zoom(box); });
    }
    drawing.addEventListener("pointerleave", () => say(chosen));
  }

  document.querySelectorAll("svg.boxes").forEach(open);
})();
