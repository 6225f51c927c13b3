"use strict";
// BokehJS writes <style> elements, which the page's security policy refuses. Constructed style sheets are
// no inline style: each style sheet of BokehJS becomes one, and the policy need not be opened for it.
(() => {
  const constructed = (css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  };
  const adopt = (root, change) => {
    root.adoptedStyleSheets = change(root.adoptedStyleSheets);
  };

  const sheet = Bokeh.require("core/dom").InlineStyleSheet.prototype;
  Object.defineProperty(sheet, "css", { get() { return this.words ?? ""; } });
  sheet._update = function (css) {
    this.words = css;
    this.constructed?.replaceSync(css);
  };
  sheet.install = function (element) {
    this.root = element.getRootNode();
    this.constructed ??= constructed(this.css);
    adopt(this.root, (sheets) => [...sheets, this.constructed]);
  };
  sheet.uninstall = sheet.remove = function () {
    if (this.root) adopt(this.root, (sheets) => sheets.filter((item) => item !== this.constructed));
    this.root = undefined;
  };

  // Two elements were made while BokehJS was loaded, and wait for the page to be complete.
  document.body.append = function (...elements) {
    for (const { shadowRoot } of elements) {
      for (const style of shadowRoot?.querySelectorAll("style") ?? []) {
        adopt(shadowRoot, (sheets) => [...sheets, constructed(style.textContent)]);
        style.remove();
      }
    }
    Element.prototype.append.apply(this, elements);
  };
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => delete document.body.append));
})();
