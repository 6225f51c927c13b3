"use strict";
// Lays the runs upon each other: at their starts, or where a chosen action begins for the first time in each.
{
  const beginning = ({ start, name, names }, action) => {
    const first = start.reduce((least, begin, i) => (names[name[i]] === action ? Math.min(least, begin) : least), Infinity);
    return Number.isFinite(first) ? first : NaN;
  };

  // The mean of several lines in bins of a step, as far as more than half of them reach; mean_trace in reports/campaign/power/traces.py does the same for paper.
  function mean(lines, begin, step) {
    const place = (t) => Math.max(0, Math.floor((t - begin) / step));
    const bins = place(Math.max(...lines.map(({ t }) => t[t.length - 1]))) + 1;
    const total = new Float64Array(bins), present = new Uint32Array(bins);
    for (const { t, v } of lines) {
      const sum = new Float64Array(bins), number = new Uint32Array(bins);
      t.forEach((second, i) => {
        sum[place(second)] += v[i];
        number[place(second)]++;
      });
      number.forEach((n, bin) => {
        if (n === 0) return;
        total[bin] += sum[bin] / n;
        present[bin]++;
      });
    }
    const shown = Array.from(present.keys()).filter((bin) => present[bin] * 2 > lines.length);
    const v = Float64Array.from(shown, (bin) => total[bin] / present[bin]);
    return { t: Float64Array.from(shown, (bin) => begin + (bin + 0.5) * step), v, low: v, high: v, gaps: [] };
  }

  // Set the times of every run and the mean of every scenario; a run without the action has a zero of NaN.
  // action: its name, or null for the start of the run. Returns where the time begins and ends.
  wattlab.traces.align = ({ runs, scenarios }, action) => {
    for (const run of runs) run.zero = action === null ? 0 : beginning(run.actions, action);
    const aligned = runs.filter((run) => !Number.isNaN(run.zero));
    let [begin, end] = [0, 0];
    for (const run of aligned) {
      for (const series of Object.values(run.series)) series.t = series.recorded.map((t) => t - run.zero);
      const { t } = run.series.power_w;
      begin = Math.min(begin, -run.zero);
      end = Math.max(end, run.duration_s - run.zero, t.length ? t[t.length - 1] : 0);
    }
    scenarios.forEach((scenario, i) => {
      const lines = aligned.filter((run) => run.scenario === i).map((run) => run.series.power_w).filter(({ t }) => t.length);
      scenario.mean = lines.length > 1 ? mean(lines, begin, scenario.step_s) : null;
    });
    return { begin, end };
  };
}
