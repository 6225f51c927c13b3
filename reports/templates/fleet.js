"use strict";
// Asks the server every two seconds how the benches stand, and shows it. All text goes in as text.
(() => {
  const EVERY_MS = 2000;
  const words = document.getElementById("fleet-words"), benches = document.getElementById("fleet-benches");
  let shown = "";

  function cell(tag, kind, text) {
    const made = document.createElement(tag);
    made.className = kind;
    made.textContent = text;
    return made;
  }

  function row(bench) {
    const made = document.createElement("tr"), name = cell("th", "whole", bench.name);
    made.dataset.state = bench.state;
    name.scope = "row";
    made.append(name, cell("td", "whole fleet-state", bench.state), cell("td", "whole", bench.since),
      cell("td", "words", bench.words),
      cell("td", "words", bench.model + (bench.simulated ? ", SIMULATED meter" : "")));
    return made;
  }

  function show(found) {
    const text = JSON.stringify(found.benches);
    if (words.textContent !== found.words) words.textContent = found.words;
    words.classList.toggle("warn", !found.connected);
    if (text === shown) return;
    shown = text;
    benches.replaceChildren(...found.benches.map(row));
  }

  async function ask() {
    try {
      const answer = await fetch("fleet.json", {cache: "no-store"});
      if (answer.ok) show(await answer.json());
      else words.textContent = await answer.text();
    } catch {
      words.classList.add("warn");
      words.textContent = "The page has lost its server (`lab serve`). What is below is as it was.";
    }
    setTimeout(ask, EVERY_MS);
  }
  ask();
})();
