"use strict";
// Light or dark as the reader's system has it, until the reader chooses; the choice is remembered where the browser lets it.
(() => {
  const KEY = "wattlab-scheme";
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const SIGN = { system: "◐", light: "☼", dark: "☾" };
  const root = document.documentElement;

  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a page in a sandbox, or from a file in some browsers
    }
  };
  const keep = (scheme) => {
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      // the choice holds for this page
    }
  };
  let scheme = NEXT[kept()] ? kept() : "system";

  function apply() {
    if (scheme === "system") delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
  }

  apply(); // before anything is drawn
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("scheme");
    if (!button) return;
    const name = () => {
      button.textContent = SIGN[scheme];
      button.title = button.ariaLabel = `Colours: ${scheme}`;
    };
    button.hidden = false;
    name();
    button.addEventListener("click", () => {
      scheme = NEXT[scheme];
      apply();
      keep(scheme);
      name();
      root.dispatchEvent(new Event("wattlab:scheme"));
    });
  });
})();
