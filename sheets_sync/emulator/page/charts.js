// The charts of the open tab, over its cells. A chart goes with the cell it is anchored to: it
// scrolls with the cells, below the frozen panes, or stays with the pane that its cell is in.

import { isAbort, readSources } from "./api.js";
import { Ruler, element } from "./format.js";
import { figuresOf, rangesOf } from "./figures.js";
import { fillFrame, frameOf } from "./frame.js";

/** Draws the charts of one tab over a grid. Hooks: `onFault(error)` when the figures could not be read. */
export class Charts {
  #grid;
  #hooks;
  #layers = {};
  #frames = new Map();
  #scene;
  #layout = null;
  #reading = 0;

  constructor(grid, hooks) {
    this.#grid = grid;
    this.#hooks = hooks;
    this.#scene = { ruler: new Ruler(), family: getComputedStyle(document.body).fontFamily };
    for (const pane of ["head", "body"]) {
      const [free, kept] = [element("div", "charts"), element("div", "charts kept")];
      grid[pane].prepend(free, kept);
      this.#layers[pane] = { free, kept };
    }
  }

  /** Show the charts of a tab that was opened, and none of the tab before. */
  async show(mine) {
    for (const { el } of this.#frames.values()) el.remove();
    this.#frames.clear();
    await this.refresh(mine);
  }

  /** Read the figures of what is open anew; only charts that changed are drawn again. */
  async refresh(mine) {
    this.#reading += 1;
    const reading = this.#reading;
    const charts = (mine.tab.charts ?? []).filter((chart) => chart.position?.overlayPosition);
    const ranges = unique(charts.flatMap((chart) => rangesOf(chart.spec)));
    try {
      const parts = ranges.length ? await readSources(mine.id, ranges, mine.stop.signal) : [];
      if (reading !== this.#reading) return;
      const byRange = new Map(ranges.map((range, at) => [JSON.stringify(range), parts[at]]));
      this.#draw(charts, (range) => byRange.get(JSON.stringify(range)), mine.structure.locale);
    } catch (fault) {
      if (!isAbort(fault) && reading === this.#reading) this.#hooks.onFault(mine, fault);
    }
  }

  #draw(charts, dataOf, locale) {
    const ids = new Set(charts.map((chart) => chart.chartId));
    for (const [id, { el }] of this.#frames) {
      if (ids.has(id)) continue;
      el.remove();
      this.#frames.delete(id);
    }
    for (const chart of charts) this.#drawOne(chart, figuresOf(chart.spec, dataOf), locale);
    this.#grid.schedule();
  }

  #drawOne(chart, figures, locale) {
    const { widthPixels, heightPixels } = chart.position.overlayPosition;
    const key = JSON.stringify([chart.spec, figures, widthPixels, heightPixels, locale]);
    const frame = this.#frames.get(chart.chartId) ?? { el: frameOf(chart) };
    this.#frames.set(chart.chartId, { ...frame, key, chart });
    this.#put(frame.el, this.#grid.layout.boxOf(chart));
    if (frame.key !== key) fillFrame(frame.el, chart, figures, { ...this.#scene, locale });
  }

  /** Put every chart where its cell is in a layout that may have changed. */
  place() {
    const { layout } = this.#grid;
    if (layout === this.#layout) return;
    this.#layout = layout;
    for (const { el, chart } of this.#frames.values()) this.#put(el, layout.boxOf(chart));
  }

  #put(el, box) {
    const layer = this.#layers[box.isInHead ? "head" : "body"][box.isInPin ? "kept" : "free"];
    if (el.parentNode !== layer) layer.append(el);
    for (const side of ["left", "top", "width", "height"]) el.style[side] = `${box[side]}px`;
  }
}

function unique(ranges) {
  return [...new Map(ranges.map((range) => [JSON.stringify(range), range])).values()];
}
