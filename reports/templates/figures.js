"use strict";
// Every figure can be saved on its own: SVG, PNG, or printed alone, which a browser saves as PDF. Always in the colours of paper.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const GAP = 12; // between panels, in the units of the drawings (points)
  const PNG_SCALE = 300 / 72; // 300 dots per inch
  const COPIED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "opacity", "font-size", "font-weight", "text-anchor"];

  // A drawing as a copy that needs no style sheet of the page.
  function copyOf(drawing) {
    const copy = drawing.cloneNode(true);
    const copies = [copy, ...copy.querySelectorAll("*")];
    [drawing, ...drawing.querySelectorAll("*")].forEach((element, i) => {
      const style = getComputedStyle(element);
      for (const name of COPIED) if (style[name]) copies[i].setAttribute(name, style[name]);
      if (element.matches(".box rect") && style.width.endsWith("px")) copies[i].setAttribute("width", style.width);
      copies[i].removeAttribute("aria-labelledby");
    });
    copy.querySelectorAll("[hidden]").forEach((element) => element.remove());
    return copy;
  }

  function sizeOf(drawing) {
    const box = drawing.viewBox.baseVal;
    if (box?.width) return [box.width, box.height];
    const { width, height } = drawing.getBoundingClientRect();
    return [width, height];
  }

  // All panels of a figure as one drawing, in as many columns as on a wide screen.
  function composed(figure) {
    const root = document.documentElement;
    const scheme = root.dataset.scheme;
    root.dataset.scheme = "light";
    const drawings = [...figure.querySelectorAll(":scope > .panels > .panel > svg")];
    const whole = document.createElementNS(SVG, "svg");
    const panels = figure.querySelector(".panels").classList;
    const columns = Math.min(drawings.length, panels.contains("third") ? 3 : panels.contains("half") ? 2 : 1);
    let [x, y, row, width] = [0, 0, 0, 0];
    drawings.forEach((drawing, i) => {
      const [wide, high] = sizeOf(drawing);
      const copy = copyOf(drawing);
      for (const [name, value] of Object.entries({ x, y, width: wide, height: high })) copy.setAttribute(name, value);
      whole.append(copy);
      width = Math.max(width, x + wide);
      [x, row] = [x + wide + GAP, Math.max(row, high)];
      if ((i + 1) % columns === 0 || i + 1 === drawings.length) [x, y, row] = [0, y + row + GAP, 0];
    });
    if (scheme === undefined) delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
    const height = y - GAP;
    const paper = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ width, height, fill: "#ffffff" })) paper.setAttribute(name, value);
    whole.prepend(paper);
    const look = { viewBox: `0 0 ${width} ${height}`, width: `${width}pt`, height: `${height}pt`, "font-family": "sans-serif" };
    for (const [name, value] of Object.entries(look)) whole.setAttribute(name, value);
    // On paper the copy stands in the same page as the original: it has ids of its own.
    const text = new XMLSerializer().serializeToString(whole);
    return { width, height, text: text.replace(/( id="|url\((?:&quot;)?#| href="#)/g, "$1saved-") };
  }

  async function pngOf({ width, height, text }) {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * PNG_SCALE);
    canvas.height = Math.round(height * PNG_SCALE);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  function printed({ text }) {
    const alone = document.createElement("div");
    alone.id = "alone";
    alone.append(document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true));
    document.body.append(alone);
    addEventListener("afterprint", () => alone.remove(), { once: true });
    print();
  }

  async function save(figure, format) {
    const drawing = composed(figure);
    if (format === "pdf") return printed(drawing);
    const blob = format === "svg" ? new Blob([drawing.text], { type: "image/svg+xml" }) : await pngOf(drawing);
    wattlab.save(`${figure.id}.${format}`, blob);
  }

  for (const figure of document.querySelectorAll("figure[id]")) {
    const title = figure.querySelector("figcaption strong:not(.simulated-mark)").textContent.trim();
    const words = { svg: "as SVG", png: "as PNG", pdf: "as PDF: prints the figure alone, then choose “Save as PDF”" };
    figure.querySelector(":scope > .more").prepend(wattlab.bar(words, title, (format) => save(figure, format)));
  }
})();
