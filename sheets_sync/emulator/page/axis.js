// The places of rows or columns along one direction. Hidden ones have the size 0.

/** Rows or columns laid end to end, by their sizes in pixels. */
export class Axis {
  constructor(sizes) {
    this.count = sizes.length;
    this.starts = new Float64Array(this.count + 1);
    sizes.forEach((size, at) => { this.starts[at + 1] = this.starts[at] + size; });
  }

  get total() { return this.starts[this.count]; }
  start(at) { return this.starts[Math.min(at, this.count)]; }
  size(at, end = at + 1) { return this.start(end) - this.start(at); }
  shown(at) { return this.size(at) > 0; }

  /** The visible item at a place. */
  at(place) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle + 1] > place) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, this.shown(low) ? low : this.near(low, -1));
  }

  /** The next visible item in a direction, or `at` itself at the edge. */
  step(at, by) {
    for (let next = at + by; next >= 0 && next < this.count; next += by) if (this.shown(next)) return next;
    return at;
  }

  /** `at` when visible, else the nearest visible one, looking in a direction first. */
  near(at, by) {
    if (this.shown(at)) return at;
    const found = this.step(at, by);
    return this.shown(found) ? found : this.step(at, -by);
  }

  /** The visible items from `from` up to `end`, as runs of neighbours: [[from, end], ...]. */
  runs(from, end) {
    const runs = [];
    for (let at = from; at < end; at += 1) {
      if (!this.shown(at)) continue;
      if (runs.at(-1)?.[1] === at) runs.at(-1)[1] = at + 1;
      else runs.push([at, at + 1]);
    }
    return runs;
  }
}

/** An index brought into 0 .. count - 1. */
export function clamp(at, count) {
  return Math.max(0, Math.min(at, count - 1));
}
