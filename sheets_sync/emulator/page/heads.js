// What stands above the cells: the column letters, and the brackets and buttons of column groups.

import { element, letterRun, letters } from "./format.js";
import { LEVEL_PX } from "./layout.js";
import { words } from "./words.js";

/** A row-like element with a part that sticks to the left. */
export function lane(className) {
  const el = element("div", className);
  const pin = element("div", "pin");
  el.append(pin);
  const clear = () => { pin.replaceChildren(); el.replaceChildren(pin); };
  return { el, pin, clear };
}

/** Paint the groups of a layout into the strip; `onFold(group, folded)` is what their buttons do. */
export function paintGroups(strip, layout, onFold) {
  strip.clear();
  for (const group of layout.groups) paintGroup(strip, layout, group, onFold);
}

function paintGroup(strip, layout, group, onFold) {
  const { columns } = layout;
  const after = layout.tab.properties.gridProperties?.columnGroupControlAfter ?? false;
  const folded = layout.isFolded(group);
  const start = columns.start(group.start);
  const end = columns.start(group.end);
  const holder = after ? group.end : group.start - 1;
  const visible = holder >= 0 && holder < columns.count && columns.shown(holder);
  const middle = visible ? columns.start(holder) + columns.size(holder) / 2 : (after ? end : start) + 9;
  const pinned = (visible ? holder : group.start) < layout.pinnedColumns;
  const top = (group.depth - 1) * LEVEL_PX;
  if (!folded && end > start) strip.el.append(bracket(layout, after ? [start, middle] : [middle, end], top));
  const run = letterRun(group.start, group.end - 1);
  const label = folded ? words.expand(run) : words.collapse(run);
  const button = element("button", "fold", { type: "button", title: label, "aria-label": label, "aria-expanded": String(!folded) }, folded ? "+" : "−");
  button.style.left = `${layout.numbersPx + middle - 8}px`;
  button.style.top = `${top + 2}px`;
  button.addEventListener("click", () => onFold(group, !folded));
  (pinned ? strip.pin : strip.el).append(button);
}

function bracket(layout, [from, to], top) {
  const made = element("div", "bracket");
  made.style.left = `${layout.numbersPx + from}px`;
  made.style.width = `${to - from}px`;
  made.style.top = `${top + LEVEL_PX / 2}px`;
  return made;
}

/** Paint the letters of the pinned columns and of those from `column` up to `endColumn`. */
export function paintLetters(lettersLane, layout, { column, endColumn }) {
  lettersLane.clear();
  const corner = element("div", "corner");
  corner.style.width = `${layout.numbersPx}px`;
  lettersLane.pin.append(corner);
  for (let at = 0; at < layout.pinnedColumns; at += 1) paintLetter(layout, at, lettersLane.pin);
  for (let at = column; at < endColumn; at += 1) paintLetter(layout, at, lettersLane.el);
}

function paintLetter(layout, at, into) {
  const { columns } = layout;
  if (!columns.shown(at)) return;
  const letter = element("div", "letter", { "data-at": at }, letters(at));
  letter.style.left = `${layout.numbersPx + columns.start(at)}px`;
  letter.style.width = `${columns.size(at)}px`;
  const before = hiddenRun(layout, at, -1);
  const after = hiddenRun(layout, at, 1);
  if (before) letter.classList.add("gap-before");
  if (after) letter.classList.add("gap-after");
  const gaps = [before, after].filter(Boolean);
  if (gaps.length) letter.title = gaps.map((gap) => words.hiddenColumns(gap)).join("\n");
  into.append(letter);
}

/** The hidden columns beside a column, leaving out those of a folded group, which has its +. */
function hiddenRun(layout, at, by) {
  const { columns } = layout;
  const hidden = [];
  for (let next = at + by; next >= 0 && next < columns.count && !columns.shown(next); next += by) {
    const folded = layout.groups.some((group) => group.start <= next && next < group.end && layout.isFolded(group));
    if (!folded) hidden.push(next);
  }
  return hidden.length ? letterRun(Math.min(...hidden), Math.max(...hidden)) : "";
}
