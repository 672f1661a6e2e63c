// A menu under a button, and the question before something is deleted. Both work by keyboard alone.

import { element } from "./format.js";

let open = null;

/**
 * Open a menu beside a button or at a point {x, y}; opening it again closes it.
 *
 * Items are {label, run, disabled, checked, colour} or null for a line between them.
 */
export function openMenu(owner, items, back, point) {
  const again = open?.owner === owner && !point;
  closeMenu();
  if (again) return;
  const el = element("div", "menu", { role: "menu", tabindex: "-1" });
  el.classList.toggle("swatches", items.some((item) => item?.colour));
  el.append(...items.map((item) => (item ? entry(item) : element("hr", "", { role: "separator" }))));
  document.body.append(el);
  const box = point ? { left: point.x, bottom: point.y } : owner.getBoundingClientRect();
  el.style.left = `${Math.max(4, Math.min(box.left, innerWidth - el.offsetWidth - 8))}px`;
  el.style.top = `${Math.max(4, Math.min(box.bottom + 2, innerHeight - el.offsetHeight - 8))}px`;
  owner.setAttribute("aria-expanded", "true");
  open = { el, owner, back };
  el.addEventListener("keydown", key);
  choices()[0]?.focus();
}

function entry({ label, run, disabled = false, checked, colour }) {
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  const button = element("button", colour === undefined ? "item" : "swatch", { type: "button", role, tabindex: "-1" }, colour ? "" : label);
  if (colour) {
    button.style.backgroundColor = colour;
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  if (checked !== undefined) button.setAttribute("aria-checked", String(checked));
  button.disabled = disabled;
  button.addEventListener("click", () => { closeMenu(true); run(); });
  return button;
}

/** Close the menu that is open, if one is; `goBack` puts the keyboard where it was. */
export function closeMenu(goBack = false) {
  if (!open) return;
  const { el, owner, back } = open;
  open = null;
  el.remove();
  owner.setAttribute("aria-expanded", "false");
  if (goBack) back();
}

function choices() {
  return [...open.el.querySelectorAll("button:not(:disabled)")];
}

function key(event) {
  const all = choices();
  const at = all.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (by) all[(at + by + all.length) % all.length]?.focus();
  else if (event.key === "Home") all[0]?.focus();
  else if (event.key === "End") all.at(-1)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") closeMenu(true);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.el.contains(event.target) && !open.owner.contains(event.target)) closeMenu();
}, true);

/** Ask a question in the page; whether the answer was yes. */
export function ask(dialog, { text, detail, yes, no }) {
  const buttons = [element("button", "", { type: "button" }, no), element("button", "sure", { type: "button" }, yes)];
  const row = element("div", "answers");
  row.append(...buttons);
  dialog.replaceChildren(element("p", "question", { id: "question" }, text), ...(detail ? [element("p", "detail", {}, detail)] : []), row);
  dialog.setAttribute("aria-labelledby", "question");
  return new Promise((answered) => {
    const done = (answer) => { dialog.onclose = null; dialog.close(); answered(answer); };
    buttons[0].addEventListener("click", () => done(false));
    buttons[1].addEventListener("click", () => done(true));
    dialog.onclose = () => answered(false);
    dialog.showModal();
    buttons[1].focus();
  });
}
