"use strict";
// Reads what reports/campaign/power/interactive/packing.py wrote, and finds what of it can be seen.
wattlab.traces = {
  // From the bytes to {header, column}; a column is [place, n, step, divisor].
  open(buffer) {
    const bytes = new Uint8Array(buffer);
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const planes = bytes.subarray(4 + length);
    const n = planes.length / 4;
    const column = ([place, count, step, divisor]) => {
      const values = new Float64Array(count);
      for (let i = 0, at = place, whole = 0; i < count; i++, at++) {
        const zigzag = planes[at] | (planes[n + at] << 8) | (planes[2 * n + at] << 16) | (planes[3 * n + at] << 24);
        whole += (zigzag >>> 1) ^ -(zigzag & 1);
        values[i] = (whole * step) / divisor;
      }
      return values;
    };
    return { header, column };
  },

  // Place of the first time that is not before t.
  first(times, t) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < t) low = middle + 1;
      else high = middle;
    }
    return low;
  },

  // The line to draw between two times on so many pixel columns: of each column the smallest and the
  // largest value in the order in which they came, and one point beyond either end. A NaN breaks the line
  // at a gap, unless the gap is narrower than a pixel.
  // series: {t, low, high, gaps}, where gaps are the places of the first points behind gaps.
  reduced(series, from, to, columns) {
    const { t, low, high, gaps } = series;
    const xs = [], ys = [];
    const start = Math.max(0, wattlab.traces.first(t, from) - 1);
    const stop = Math.min(t.length, wattlab.traces.first(t, to) + 1);
    const width = (to - from) / columns;
    let gap = wattlab.traces.first(gaps, start + 1);
    let smallest = -1, largest = -1;
    const add = (place, value) => {
      xs.push(t[place]);
      ys.push(value);
    };
    const draw = () => {
      if (smallest < 0) return;
      const order = smallest <= largest ? [[smallest, low], [largest, high]] : [[largest, high], [smallest, low]];
      add(order[0][0], order[0][1][order[0][0]]);
      if (smallest !== largest || low[smallest] !== high[smallest]) add(order[1][0], order[1][1][order[1][0]]);
    };
    let column = NaN;
    for (let place = start; place < stop; place++) {
      const mine = Math.floor((t[place] - from) / width);
      const behind = gap < gaps.length && gaps[gap] === place;
      if (behind) gap++;
      const broken = behind && t[place] - t[place - 1] > width;
      if (mine !== column || broken) {
        draw();
        if (broken && xs.length) {
          xs.push(NaN);
          ys.push(NaN);
        }
        column = mine;
        smallest = largest = place;
      } else {
        if (low[place] < low[smallest]) smallest = place;
        if (high[place] > high[largest]) largest = place;
      }
    }
    draw();
    // Typed arrays, because BokehJS looks into every element of other ones.
    return { xs: Float64Array.from(xs), ys: Float64Array.from(ys) };
  },

  // Place of the point that is nearest to a time, or -1 where none is as near as that.
  nearest(times, t, within) {
    const after = wattlab.traces.first(times, t);
    const before = Math.max(0, after - 1);
    const place = after < times.length && times[after] - t < t - times[before] ? after : before;
    return times.length && Math.abs(times[place] - t) <= within ? place : -1;
  },
};
