// The list of a dropdown cell: it opens beside the cell while the keyboard stays in the text field.

import { element } from "./format.js";

const GAP_PX = 1;
const TALLEST_PX = 260;

/** A listbox for a text field; `onPick(text)` is called when a choice is clicked. */
export class ChoiceList {
  #field;
  #el;
  #onPick;
  #texts = [];
  #shown = [];
  #at = -1;

  constructor(field, el, onPick) {
    this.#field = field;
    this.#el = el;
    this.#onPick = onPick;
    el.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#onPick(option.textContent);
    });
    el.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() { return !this.#el.hidden; }

  /** The choice that the arrows stand on, or null. */
  get chosen() { return this.isOpen ? this.#shown[this.#at] ?? null : null; }

  /** Offer choices beside a box on the screen; `current` is marked. */
  open(texts, current, box) {
    this.#texts = texts;
    this.#at = -1;
    this.#show(texts);
    this.#mark(texts.indexOf(current));
    this.place(box);
  }

  /** Offer only what holds the typed text. */
  narrow(typed, box) {
    const wanted = typed.trim().toLowerCase();
    this.#show(this.#texts.filter((text) => text.toLowerCase().includes(wanted)));
    this.#mark(-1);
    this.place(box);
  }

  /** Move the mark by one; the ends join. */
  step(by) {
    const count = this.#shown.length;
    if (count) this.#mark(this.#at < 0 ? (by > 0 ? 0 : count - 1) : (this.#at + by + count) % count);
  }

  /** Stand below the box, or above it where there is no room. */
  place(box) {
    if (!this.isOpen) return;
    this.#el.style.minWidth = `${Math.max(120, box.width)}px`;
    const height = Math.min(TALLEST_PX, this.#el.scrollHeight + 2);
    const below = innerHeight - (box.top + box.height) - 8;
    const top = below >= height || below > box.top ? box.top + box.height + GAP_PX : box.top - height - GAP_PX;
    Object.assign(this.#el.style, {
      left: `${Math.max(4, Math.min(box.left, innerWidth - this.#el.offsetWidth - 8))}px`, top: `${top}px`,
    });
  }

  close() {
    this.#el.hidden = true;
    this.#field.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-controls");
  }

  #show(texts) {
    this.#shown = texts;
    this.#el.replaceChildren(...texts.map((text, at) => element("li", "option", { role: "option", id: `option-${at}`, "aria-selected": "false" }, text)));
    this.#el.hidden = texts.length === 0;
    this.#field.setAttribute("aria-expanded", String(texts.length > 0));
    this.#field.setAttribute("aria-controls", this.#el.id);
  }

  #mark(at) {
    this.#at = at;
    [...this.#el.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const marked = this.#el.children[at];
    if (marked) {
      marked.scrollIntoView({ block: "nearest" });
      this.#field.setAttribute("aria-activedescendant", marked.id);
    }
  }
}
