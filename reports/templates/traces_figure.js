"use strict";
// The figure itself: BokehJS draws as much of what was recorded as the screen has columns.
wattlab.traces.css = (colour) => getComputedStyle(document.documentElement).getPropertyValue(colour.replace(/^var\((.*)\)$/, "$1")).trim() || colour;
wattlab.traces.SIDE = 0.25; // of the shown time is drawn beyond either end, for moving

wattlab.traces.Figure = class {
  // data: as traces.js reads them; part: finds a part of the figure's place on the page.
  constructor(data, part) {
    this.part = part;
    this.data = data;
    this.document = Bokeh.require("document/document").Document.from_json(data.document);
    this.columns = Object.keys(data.ends);
    this.time = this.model("time");
    for (const name of this.columns) this.model(`axis-${name}`).setv({ start: data.starts[name] ?? 0, end: data.ends[name] });
    this.model("axis-lanes").setv({ start: 0, end: 2 });
    const first = (kind) => data.runs.findIndex((run) => run[kind].start.length);
    this.chosen = Math.max(0, first("epochs") < 0 ? first("actions") : first("epochs"));
    this.pen = document.createElement("canvas").getContext("2d");
    this.align(null);
  }

  // Lay the runs upon each other where an action begins, or at their starts; runs without it are not shown.
  align(action) {
    const { begin, end } = wattlab.traces.align(this.data, action);
    Object.assign(this, { begin, end });
    const room = 0.02 * (end - begin);
    this.time.setv({ bounds: [begin - room, end + room], min_interval: Math.min(0.5, end - begin) }); // first: they limit the ends
    this.time.setv({ start: begin, end, reset_start: begin, reset_end: end });
    this.model("across").axis_label = `time from start of the ${action === null ? "run" : "chosen action"} / s`;
    if (!this.has(this.data.runs[this.chosen])) this.chosen = this.data.runs.findIndex((run) => this.has(run));
  }

  has(run) {
    return !Number.isNaN(run.zero);
  }

  isShown(run) {
    return this.has(run) && this.data.scenarios[run.scenario].shown;
  }

  model(name) {
    return this.document.get_model_by_name(name);
  }

  // As wide as the plots between their axes, in pixels of the screen.
  get width() {
    return Math.max(100, this.part("plots").clientWidth - 72);
  }

  fill() {
    const { start, end } = this.time;
    const [from, to] = [start - wattlab.traces.SIDE * (end - start), end + wattlab.traces.SIDE * (end - start)];
    const columns = Math.round(this.width * Math.min(2, devicePixelRatio) * (1 + 2 * wattlab.traces.SIDE));
    for (const name of this.columns) {
      const lines = { xs: [], ys: [], colour: [], dash: [], width: [], alpha: [] };
      const add = (series, colour, dash, width, alpha) => {
        const { xs, ys } = wattlab.traces.reduced(series, from, to, columns);
        for (const [key, value] of Object.entries({ xs, ys, colour, dash, width, alpha })) lines[key].push(value);
      };
      const all = this.data.scenarios.map((scenario) => ({ ...scenario, colour: wattlab.traces.css(scenario.colour) }));
      for (const run of this.data.runs) {
        const scenario = all[run.scenario];
        if (this.isShown(run) && run.series[name]) add(run.series[name], scenario.colour, scenario.dash, 1, scenario.mean && name === "power_w" ? 0.4 : 0.8);
      }
      if (name === "power_w") {
        for (const item of all) if (item.shown && item.mean) add(item.mean, item.colour, item.dash, 2.6, 1);
      }
      this.model(`lines-${name}`).data = lines;
    }
    this.write(from, to);
    this.drawOverview?.();
  }

  // Shade actions and epochs of the chosen run in every panel.
  shade() {
    const run = this.data.runs[this.chosen];
    const strips = { x0: [], x1: [], colour: [], alpha: [] };
    const boxes = { x0: [], x1: [], y0: [], y1: [], colour: [], alpha: [] };
    this.named = [];
    for (const [kind, colour, bottom] of [["actions", wattlab.traces.css("var(--soft)"), 1.08], ["epochs", wattlab.traces.css(this.data.scenarios[run.scenario].colour), 0.08]]) {
      const { start, length, depth, name, names } = run[kind];
      for (let i = 0; i < start.length; i++) {
        const x0 = start[i] - run.zero, x1 = x0 + length[i];
        const y0 = bottom + 0.12 * Math.min(4, depth[i] - 1), y1 = bottom + 0.84;
        for (const [key, value] of Object.entries({ x0, x1, y0, y1, colour, alpha: i % 2 ? 0.18 : 0.32 })) boxes[key].push(value);
        for (const [key, value] of Object.entries({ x0, x1, colour, alpha: i % 2 ? 0.05 : 0.12 })) strips[key].push(value);
        this.named.push({ x0, x1, y: (y0 + y1) / 2, words: (kind === "epochs" ? "epoch " : "") + names[name[i]] });
      }
    }
    this.model("boxes").data = boxes;
    for (const name of this.columns) this.model(`strips-${name}`).data = strips;
  }

  // Write the names of actions and epochs into their boxes as far as there is room.
  write(from, to) {
    const words = { x: [], y: [], words: [], colour: [] };
    const ink = wattlab.traces.css("var(--ink)");
    const pixels = this.width / (this.time.end - this.time.start);
    this.pen.font = "11px system-ui, sans-serif";
    for (const item of this.named) {
      if (item.x1 < from || item.x0 > to) continue;
      const x = Math.max(item.x0, this.time.start);
      const room = (item.x1 - x) * pixels - 6;
      const text = [item.words, item.words.replace("epoch ", "")].find((text) => this.pen.measureText(text).width <= room) ?? this.cut(item.words, room);
      if (text) for (const [key, value] of Object.entries({ x, y: item.y, words: text, colour: ink })) words[key].push(value);
    }
    this.model("words").data = words;
  }

  cut(words, room) {
    const letters = [...words];
    const keep = Math.floor((letters.length * room) / this.pen.measureText(words).width) - 1;
    return keep >= 2 ? `${letters.slice(0, keep).join("")}…` : "";
  }

  // Colours follow the page's, which follow the reader's light or dark scheme.
  paint() {
    const [ink, soft, grid, warning] = ["--ink", "--soft", "--grid", "--simulated"].map((name) => wattlab.traces.css(`var(${name})`));
    const looks = {
      LinearAxis: (lanes) => ({ axis_label_text_color: ink, major_label_text_color: ink, ...(lanes ? {} : { axis_line_color: soft, major_tick_line_color: soft }) }),
      Grid: () => ({ grid_line_color: grid }),
      Label: () => ({ text_color: warning }),
      Span: () => ({ line_color: soft }),
    };
    for (const model of this.document.all_models) looks[model.type] && model.setv(looks[model.type](model.axis_line_color === null));
    this.shade();
    this.fill();
  }

  later() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.fill();
    });
  }

  // Show a stretch of time, not beyond the ends and not narrower than can be told apart.
  show(from, to) {
    const length = Math.min(this.end - this.begin, Math.max(to - from, this.time.min_interval));
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(this.begin, middle - length / 2), this.end - length);
    this.time.setv({ start, end: start + length });
  }

  act(what) {
    const { start, end } = this.time;
    const length = end - start;
    const steps = { left: [-0.2, -0.2], right: [0.2, 0.2], in: [0.2, -0.2], out: [-1 / 3, 1 / 3] };
    if (what === "all") this.show(this.begin, this.end);
    else this.show(start + steps[what][0] * length, end + steps[what][1] * length);
  }

  // Drag and wheel belong to the page until the reader has stepped into the figure.
  use(inside, drag) {
    for (const name of ["lanes", ...this.columns]) {
      const toolbar = this.model(`frame-${name}`).toolbar;
      for (const tool of toolbar.tools) {
        tool.active = inside && (tool.type === "WheelZoomTool" || tool.type === (drag === "box" ? "BoxZoomTool" : "PanTool"));
      }
    }
  }

  // Say which point is nearest to the pointer.
  point(views, event) {
    const hit = views.find(({ view }) => {
      const box = view.el.getBoundingClientRect();
      return event.clientY >= box.top && event.clientY < box.bottom;
    });
    const box = hit && hit.view.el.getBoundingClientRect();
    const x = hit && hit.view.frame.x_scale.invert(event.clientX - box.left);
    if (!hit || !(x >= this.time.start && x <= this.time.end)) return this.leave();
    let best = null;
    for (const run of this.data.runs) {
      const series = run.series[hit.name];
      if (!series || !this.isShown(run)) continue;
      const place = wattlab.traces.nearest(series.t, x, Math.max(5, (10 * (this.time.end - this.time.start)) / this.width));
      if (place < 0) continue;
      const far = Math.abs(hit.view.frame.y_scale.compute(series.v[place]) - (event.clientY - box.top));
      if (!best || far < best.far) best = { run, series, place, far };
    }
    this.say(hit.name, best, x);
    for (const name of this.columns) this.model(`cursor-${name}`).setv({ location: best ? best.series.t[best.place] : x, visible: true });
  }

  say(name, best, x) {
    const said = this.part("read");
    for (const column of this.columns) {
      const here = best && column === name;
      this.model(`here-${column}`).data = here
        ? { x: [best.series.t[best.place]], y: [best.series.v[best.place]], colour: [wattlab.traces.css(this.data.scenarios[best.run.scenario].colour)] }
        : { x: [], y: [], colour: [] };
    }
    if (!best) return void (said.textContent = `${x.toFixed(1)} s`);
    const { run, series, place } = best;
    const t = series.t[place];
    const number = (value) => String(Number(value.toFixed(3)));
    const label = this.data.panels[name];
    const binned = series.low[place] !== series.high[place] ? ` (${number(series.low[place])} to ${number(series.high[place])})` : "";
    const spans = run === this.data.runs[this.chosen] ? this.named.filter((item) => t >= item.x0 && t <= item.x1).map((item) => item.words) : [];
    const words = [run.name, this.data.scenarios[run.scenario].name, `${number(t)} s`, `${label.words} ${number(series.v[place])} ${label.unit}${binned}`, ...spans];
    said.textContent = (this.data.simulated && name === "power_w" ? ["SIMULATED", ...words] : words).join(" · ");
  }

  leave() {
    for (const name of this.columns) {
      this.model(`cursor-${name}`).visible = false;
      this.model(`here-${name}`).data = { x: [], y: [], colour: [] };
    }
    this.part("read").textContent = this.part("read").dataset.rest;
  }
};
