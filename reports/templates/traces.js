"use strict";
// The traces that can be looked at closely (reports/campaign/power/interactive): reads them from the page, and puts the figure
// with its legend and controls into its place.
(() => {
  const holder = document.getElementById("traces-figure");
  const part = (name) => holder.querySelector(`.traces-${name}`);

  async function read() {
    const { header, column } = wattlab.traces.open(await wattlab.unpack("traces"));
    const seriesOf = (item) => {
      const v = column(item.v);
      return { recorded: column(item.t), v, low: item.low ? column(item.low) : v, high: item.high ? column(item.high) : v, gaps: item.gaps ?? [] };
    };
    const spansOf = (item) => ({ start: column(item.start), length: column(item.length), depth: column(item.depth), name: column(item.name), names: item.names });
    return {
      ...header,
      scenarios: header.scenarios.map((item) => ({ ...item, shown: true })),
      runs: header.runs.map((run) => ({
        ...run,
        series: Object.fromEntries(Object.entries(run.series).map(([name, item]) => [name, seriesOf(item)])),
        actions: spansOf(run.actions),
        epochs: spansOf(run.epochs),
      })),
    };
  }

  function legend(figure) {
    figure.data.scenarios.forEach((scenario) => {
      const button = document.createElement("button");
      const swatch = document.createElement("span");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      swatch.className = `traces-swatch ${scenario.dash}`;
      swatch.style.borderTopColor = scenario.colour;
      button.append(swatch, scenario.name);
      button.addEventListener("click", () => {
        scenario.shown = !scenario.shown;
        button.setAttribute("aria-pressed", String(scenario.shown));
        figure.fill();
      });
      part("legend").append(button);
    });
    const select = part("run").querySelector("select");
    figure.data.runs.forEach((run, place) => {
      const words = `${run.name} (${figure.data.scenarios[run.scenario].name})`;
      select.append(new Option(words, String(place), false, place === figure.chosen));
    });
    select.addEventListener("change", () => {
      figure.chosen = Number(select.value);
      figure.shade();
      figure.fill();
    });
  }

  function alignment(figure) {
    const { runs } = figure.data;
    const names = [...new Set(runs.flatMap((run) => run.actions.names))];
    const select = part("align").querySelector("select");
    for (const name of names) {
      const number = runs.filter((run) => run.actions.names.includes(name)).length;
      select.append(new Option(`${name} (${number} of ${runs.length} runs)`));
    }
    part("align").hidden = !names.length;
    select.addEventListener("change", () => {
      figure.align(names[select.selectedIndex - 1] ?? null);
      const shaded = part("run").querySelector("select");
      [...shaded.options].forEach((option, place) => { option.disabled = !figure.has(runs[place]); });
      shaded.value = String(figure.chosen);
      part("legend").querySelectorAll("button").forEach((button, place) => { button.disabled = !runs.some((run) => run.scenario === place && figure.has(run)); });
      figure.shade();
      figure.fill();
    });
  }

  const KEYS = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", 0: "all", Home: "all" };

  function controls(figure, views) {
    const plots = part("plots");
    let drag = "pan";
    plots.addEventListener("keydown", (event) => {
      if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      figure.act(KEYS[event.key]);
    });
    plots.addEventListener("pointerdown", () => plots.focus({ preventScroll: true }), true);
    plots.addEventListener("focusin", () => figure.use(true, drag));
    plots.addEventListener("focusout", (event) => plots.contains(event.relatedTarget) || figure.use(false, drag));
    plots.addEventListener("pointermove", (event) => figure.point(views, event));
    plots.addEventListener("pointerleave", () => figure.leave());
    holder.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act], button[data-drag]");
      if (!button) return;
      if (button.dataset.act) return figure.act(button.dataset.act);
      drag = button.dataset.drag;
      for (const other of holder.querySelectorAll("button[data-drag]")) other.setAttribute("aria-pressed", String(other === button));
      plots.focus({ preventScroll: true });
    });
  }

  async function start() {
    performance.mark("wattlab:traces:start");
    Bokeh.logger.set_level("warn");
    const figure = new wattlab.traces.Figure(await read(), part);
    holder.hidden = false;
    figure.paint();
    const manager = await Bokeh.embed.add_document_standalone(figure.document, part("plots"));
    const views = figure.columns.map((name) => ({ name, view: manager.find_one(figure.model(`frame-${name}`)) }));
    // The figure is one stop of the Tab key, not one a panel.
    for (const view of manager.query((view) => view.model.type === "Plot")) view.canvas.events_el.tabIndex = -1;
    legend(figure);
    alignment(figure);
    controls(figure, views);
    figure.drawOverview = wattlab.traces.overview(figure, part("overview"));
    figure.drawOverview();
    figure.time.change.connect(() => figure.later());
    new ResizeObserver(() => figure.later()).observe(part("plots"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figure.paint());
    document.documentElement.addEventListener("wattlab:scheme", () => figure.paint());
    holder.closest("figure").classList.add("zoomable");
    await Promise.all(views.map(({ view }) => view.ready));
    requestAnimationFrame(() => setTimeout(() => {
      performance.mark("wattlab:traces:drawn");
      wattlab.traces.figure = figure;
    }));
  }

  start().catch((error) => {
    holder.hidden = true; // the drawings that need no script stay
    console.error(error);
  });
})();
