"use strict";
// Asks the server every second what the campaign's files say, and shows it. All text goes in as text.
(() => {
  const EVERY_MS = 1000, WIDTH = 800, HEIGHT = 240, ROOM = 12, LEAST_SPAN = 0.1;
  const at = (id) => document.getElementById("live-" + id);
  const put = (id, text) => { const place = at(id); if (place.textContent !== text) place.textContent = text; };
  const number = (value, digits) => value.toFixed(digits).replace("-", "\u2212");
  let shownSlots = "";

  function showSlots(slots) {
    const text = JSON.stringify(slots);
    if (text === shownSlots) return;
    shownSlots = text;
    at("strip").replaceChildren(...slots.map((slot) => {
      const item = document.createElement("li");
      item.dataset.state = slot.state;
      item.title = slot.slot + " " + slot.name + ": " + slot.state;
      return item;
    }));
    at("slots").replaceChildren(...slots.map((slot) => {
      const row = document.createElement("tr");
      const cells = [[slot.slot, "number"], [slot.name, "words"], [slot.state, "whole"],
        [slot.attempts || "", "number"], [slot.reason, "words"]];
      for (const [words, kind] of cells) {
        const cell = document.createElement("td");
        cell.className = kind;
        cell.textContent = words;
        row.append(cell);
      }
      return row;
    }));
  }

  function showPower(points, windowS) {
    const known = points.filter((point) => point[1] !== null);
    if (!known.length) { at("line").setAttribute("d", ""); put("low", "\u2013"); put("high", "\u2013"); return; }
    const powers = known.map((point) => point[1]);
    const low = Math.min(...powers), high = Math.max(...powers), end = points[points.length - 1][0];
    const x = (t) => WIDTH * (1 - (end - t) / windowS);
    // At least a tenth of the mean: the scatter of a steady load must not look like steps.
    const mean = powers.reduce((sum, power) => sum + power, 0) / powers.length;
    const span = Math.max(high - low, LEAST_SPAN * Math.abs(mean)) || 1;
    const bottom = (low + high - span) / 2;
    const y = (power) => HEIGHT - ROOM - (HEIGHT - 2 * ROOM) * (power - bottom) / span;
    let path = "", pen = false;
    for (const [t, power] of points) {
      if (power === null) { pen = false; continue; }
      path += (pen ? "L" : "M") + x(t).toFixed(1) + " " + y(power).toFixed(1);
      pen = true;
    }
    at("line").setAttribute("d", path);
    put("low", number(bottom, 1) + " W");
    put("high", number(bottom + span, 1) + " W");
    put("trace-words", known.length + " readings from " + number(low, 1) + " to " + number(high, 1) + " W");
  }

  function showReading(reading) {
    if (!reading) { put("watts", "\u2013"); put("age", ""); return; }
    put("watts", reading.power_w === null ? "no reading" : number(reading.power_w, 1));
    const flag = reading.power_w === null ? reading.flag + ", " : "";
    put("age", flag + (reading.age_s > 10 ? "last reading at " + reading.time : ""));
  }

  // "Epoch 4 of 10. Epoch 3: loss 0.412, accuracy 0.871"; the total is that of the last completed run.
  function epochWords(epoch) {
    if (!epoch) return "";
    const names = {loss: "loss", accuracy: "accuracy", val_loss: "validation loss", val_accuracy: "validation accuracy"};
    const known = Object.keys(names).filter((name) => name in epoch);
    const short = (value) => String(Number(value.toPrecision(3))).replace("-", "\u2212");
    return "Epoch " + epoch.number + (epoch.of === null ? "" : " of " + epoch.of + " (as in the last completed run)") + "." +
      (known.length ? " Epoch " + epoch.ended + ": " + known.map((name) => names[name] + " " + short(epoch[name])).join(", ") : "");
  }

  function show(found) {
    document.body.dataset.live = found.state;
    put("words", found.words);
    put("completed", String(found.completed));
    put("left", found.left || "none");
    put("planned", found.planned_words);
    if (found.precision_words) put("precision", found.precision_words);
    at("progress").max = found.planned;
    at("progress").value = found.completed;
    const now = found.now;
    put("now", now && now.slot !== null ? "[" + now.slot + "/" + found.planned + "] " + now.name +
      (now.attempt > 1 ? ", attempt " + now.attempt : "") : "idle");
    put("phase", now ? now.phase_words[0].toUpperCase() + now.phase_words.slice(1) + " (" + now.since + " so far" +
      (now.gate ? ", " + now.gate.try : "") + ")" : "");
    put("epoch", epochWords(found.epoch));
    const waits = now && now.gate ? now.gate.waiting_for : [];
    if ([...at("gate").children].map((item) => item.textContent).join("\n") !== waits.join("\n")) {
      at("gate").replaceChildren(...waits.map((words) => {
        const item = document.createElement("li");
        item.textContent = words;
        return item;
      }));
    }
    at("light").dataset.gate = found.gate;
    put("light", "Stability gate: " + found.gate);
    at("report").hidden = !found.analysed;
    showReading(found.reading);
    showPower(found.power, found.window_s);
    showSlots(found.slots);
  }

  async function ask() {
    try {
      const answer = await fetch("live.json", {cache: "no-store"});
      if (answer.ok) show(await answer.json());
      else put("words", await answer.text());
    } catch {
      document.body.dataset.live = "lost";
      put("words", "The page has lost its server (`lab serve`). What is below is as it was.");
    }
    setTimeout(ask, EVERY_MS);
  }
  ask();
})();
