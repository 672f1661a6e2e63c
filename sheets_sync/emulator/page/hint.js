// What hangs on a cell: its note and its link, shown beside it and followed on request.

import { cellName, element, insideLink, safeLink } from "./format.js";
import { areaName } from "./sums.js";
import { words } from "./words.js";

/** Show a cell's note and link beside its element; null hides them. `tabs` gives links their names. */
export function showHint(hint, cell, beside, tabs = []) {
  document.querySelector("[aria-describedby=hint]")?.removeAttribute("aria-describedby");
  hint.hidden = !cell;
  if (!cell) return;
  const parts = cell.note ? [element("p", "note", {}, cell.note)] : [];
  const link = safeLink(cell);
  if (link) parts.push(element("p", "link", {}, destination(link, tabs)), element("p", "how", {}, insideLink(link) ? words.followInside : words.follow));
  hint.replaceChildren(...parts);
  beside.setAttribute("aria-describedby", "hint");
  const box = beside.getBoundingClientRect();
  const right = box.right + hint.offsetWidth + 8 <= innerWidth;
  hint.style.left = `${Math.max(4, right ? box.right + 2 : box.left - hint.offsetWidth - 2)}px`;
  hint.style.top = `${Math.max(4, Math.min(box.top, innerHeight - hint.offsetHeight - 8))}px`;
}

function destination(link, tabs) {
  const inside = insideLink(link);
  const tab = inside && tabs.find((each) => each.properties.sheetId === inside.sheetId);
  return tab ? `${tab.properties.title}${inside.area ? ` ${nameOf(inside.area)}` : ""}` : link;
}

function nameOf(area) {
  const isCell = area.endRow - area.row === 1 && area.endColumn - area.column === 1;
  return isCell ? cellName(area.row, area.column) : areaName(area);
}

/** Follow the link of a cell, inside the spreadsheet `id` or in a window of its own. */
export function followLink(id, cell) {
  const link = safeLink(cell);
  if (!link) return;
  const inside = insideLink(link);
  if (inside) goInside(id, inside);
  else window.open(link, "_blank", "noopener,noreferrer");
}

function goInside(id, { sheetId, area }) {
  const hash = `#${encodeURIComponent(id)}/${sheetId}${area ? `/${nameOf(area)}` : ""}`;
  // An address that is open already changes nothing, though the person may have gone elsewhere since.
  if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}
