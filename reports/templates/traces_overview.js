"use strict";
// The whole time in a strip below the traces, with the stretch that they show: drag the stretch, its ends, or a new one.
wattlab.traces.overview = (figure, place) => {
  const [LEFT, RIGHT] = [62, 10]; // as the panels have them (models.py)
  const EDGE = 8; // pixels that count as an end of the stretch
  const canvas = place.querySelector("canvas");
  const shown = place.querySelector("div");
  const all = () => figure.end - figure.begin;
  const width = () => Math.max(1, place.clientWidth - LEFT - RIGHT);
  const pixel = (t) => LEFT + ((t - figure.begin) / all()) * width();
  const second = (x) => figure.begin + Math.min(1, Math.max(0, (x - place.getBoundingClientRect().left - LEFT) / width())) * all();

  function draw() {
    const dots = Math.min(2, devicePixelRatio), high = place.clientHeight;
    canvas.width = place.clientWidth * dots;
    canvas.height = high * dots;
    const pen = canvas.getContext("2d");
    pen.scale(dots, dots);
    const low = figure.data.starts.power_w, span = figure.data.ends.power_w - low;
    figure.data.scenarios.forEach((scenario, i) => {
      const series = scenario.mean ?? figure.data.runs.find((run) => run.scenario === i && figure.has(run))?.series.power_w;
      if (!scenario.shown || !series) return;
      const { xs, ys } = wattlab.traces.reduced(series, figure.begin, figure.end, Math.round(width()));
      pen.strokeStyle = wattlab.traces.css(scenario.colour);
      pen.beginPath();
      let broken = true;
      xs.forEach((t, k) => {
        if (Number.isNaN(ys[k])) return void (broken = true);
        const [x, y] = [pixel(t), high - 3 - (high - 6) * ((ys[k] - low) / span)];
        if (broken) pen.moveTo(x, y);
        else pen.lineTo(x, y);
        broken = false;
      });
      pen.stroke();
    });
    const { start, end } = figure.time;
    shown.style.left = `${pixel(start)}px`;
    shown.style.width = `${Math.max(2, pixel(end) - pixel(start))}px`;
  }

  place.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    place.setPointerCapture(event.pointerId);
    const { start, end } = figure.time;
    const box = shown.getBoundingClientRect();
    const from = second(event.clientX);
    const near = (x) => Math.abs(event.clientX - x) <= EDGE;
    const whole = end - start >= all() * 0.999;
    let move = (to) => figure.show(Math.min(from, to), Math.max(from, to));
    if (!whole && near(box.left)) move = (to) => figure.show(Math.min(to, end - figure.time.min_interval), end);
    else if (!whole && near(box.right)) move = (to) => figure.show(start, Math.max(to, start + figure.time.min_interval));
    else if (!whole && event.clientX > box.left && event.clientX < box.right) move = (to) => figure.show(start + to - from, end + to - from);
    const follow = (step) => move(second(step.clientX));
    place.addEventListener("pointermove", follow);
    const stop = () => place.removeEventListener("pointermove", follow);
    place.addEventListener("pointerup", stop, { once: true });
    place.addEventListener("pointercancel", stop, { once: true });
  });
  return draw;
};
