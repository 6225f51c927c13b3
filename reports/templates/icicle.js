"use strict";
// Icicle drawings (reports/blocks/icicle.py): keyboard, read-out and zoom. Without this script the boxes have tooltips.
(() => {
  const ROW = 22, HEAD = 24;

  function open(drawing) {
    const read = document.querySelector(`.icicle-read[data-for="${drawing.id}"]`);
    const rest = "Point at a box, or focus the drawing: ↓ ↑ go to callees and callers, ← → to neighbours, Enter zooms, 0 shows everything.";
    const boxes = Array.from(drawing.querySelectorAll(".box"), (element) => ({
      element,
      words: element.querySelector("title").textContent,
      x: parseFloat(element.getAttribute("x")),
      width: parseFloat(element.getAttribute("width")),
      depth: Math.round((parseFloat(element.getAttribute("y")) - HEAD) / ROW),
    }));
    let chosen = null;
    const inside = (box, other) => box.x >= other.x - 1e-3 && box.x + box.width <= other.x + other.width + 1e-3;

    function say(box) {
      read.textContent = box ? box.words : rest;
    }
    function choose(box) {
      if (!box) return;
      chosen?.element.classList.remove("chosen");
      chosen = box;
      chosen.element.classList.add("chosen");
      say(chosen);
    }
    // The boxes above the one that is zoomed to fill the width; what is beside it leaves the drawing.
    function zoom(to) {
      for (const box of boxes) {
        const above = box.depth < to.depth && inside(to, box);
        box.element.setAttribute("x", above ? "0%" : `${((box.x - to.x) / to.width) * 100}%`);
        box.element.setAttribute("width", above ? "100%" : `${(box.width / to.width) * 100}%`);
        box.element.toggleAttribute("hidden", !above && !inside(box, to));
      }
    }
    function beside(step) {
      const row = boxes.filter((box) => box.depth === chosen.depth && !box.element.hasAttribute("hidden"));
      return row[row.indexOf(chosen) + step];
    }
    const moves = {
      ArrowDown: () => choose(boxes.find((box) => box.depth === chosen.depth + 1 && inside(box, chosen))),
      ArrowUp: () => choose(boxes.find((box) => box.depth === chosen.depth - 1 && inside(chosen, box))),
      ArrowLeft: () => choose(beside(-1)),
      ArrowRight: () => choose(beside(1)),
      Enter: () => zoom(chosen),
      0: () => zoom(boxes[0]),
    };

    drawing.setAttribute("tabindex", "0");
    drawing.setAttribute("role", "application");
    read.id = `${drawing.id}-read`;
    read.setAttribute("aria-live", "polite");
    read.hidden = false;
    say(null);
    drawing.addEventListener("focus", () => choose(chosen ?? boxes[0]));
    drawing.addEventListener("keydown", (event) => {
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

  document.querySelectorAll("svg.icicle").forEach(open);
})();
