// What hangs on a cell: its note and its link, shown beside it and followed on request.

import { element, safeLink } from "./format.js";
import { words } from "./words.js";

/** A tab and a cell of this spreadsheet out of a link such as #gid=11&range=Q9, or null. */
function insideLink(link) {
  const found = /^#gid=(\d+)(?:&range=([A-Z]+\d+))?/.exec(link);
  return found && { sheetId: Number(found[1]), cell: found[2] };
}

/** Show a cell's note and link beside its element; null hides them. `tabs` gives links their names. */
export function showHint(hint, cell, beside, tabs = []) {
  document.querySelector("[aria-describedby=hint]")?.removeAttribute("aria-describedby");
  hint.hidden = !cell;
  if (!cell) return;
  const parts = cell.note ? [element("p", "note", {}, cell.note)] : [];
  const link = safeLink(cell);
  if (link) parts.push(element("p", "link", {}, destination(link, tabs)), element("p", "how", {}, words.follow));
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
  return tab ? `${tab.properties.title}${inside.cell ? ` ${inside.cell}` : ""}` : link;
}

/** Follow the link of a cell, inside the spreadsheet `id` or in a window of its own. */
export function followLink(id, cell) {
  const link = safeLink(cell);
  if (!link) return;
  const inside = insideLink(link);
  if (inside) location.hash = `#${encodeURIComponent(id)}/${inside.sheetId}${inside.cell ? `/${inside.cell}` : ""}`;
  else window.open(link, "_blank", "noopener,noreferrer");
}
