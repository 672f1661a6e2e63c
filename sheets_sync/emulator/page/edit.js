// Typing into a cell. One text field holds the keyboard all the time, unseen over the selected
// cell, so that an input method can begin a word there; editing makes it visible. The content bar
// above the grid edits the same text.

import { stepped } from "./keys.js";
import { words } from "./words.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The editor of a grid's cells.
 *
 * Hooks: `cell(row, column)`, `content(cell)` as typed, `offers(cell)` as {texts, strict} or null,
 * `remember(row, column)` what is seen, `onCommit(edit, text)`, `onKey(event)` for keys while nothing
 * is edited (true when it meant something), `onEnd()`, `say(text)`.
 */
export class Editor {
  #entry;
  #bar;
  #grid;
  #list;
  #hooks;
  #edit = null;
  #run = null;

  constructor({ entry, bar, grid, list, hooks }) {
    this.#entry = entry;
    this.#bar = bar;
    this.#grid = grid;
    this.#list = list;
    this.#hooks = hooks;
    this.#listen();
  }

  /** What is being edited: {row, column, seen, before, typed}, or null. */
  get edit() { return this.#edit; }

  #listen() {
    const entry = this.#entry;
    const bar = this.#bar;
    entry.addEventListener("keydown", (event) => this.#key(event));
    entry.addEventListener("compositionstart", () => { if (!this.#edit) this.open({ text: "", typed: true }); });
    entry.addEventListener("input", () => this.#typed());
    bar.addEventListener("keydown", (event) => { if (!event.isComposing && this.#edit) this.#editing(event); });
    bar.addEventListener("focus", () => { if (!this.#edit) this.open({ inBar: true }); });
    bar.addEventListener("input", () => {
      if (!this.#edit && !this.open({ inBar: true })) return;
      entry.value = barText(bar);
      this.#list.close();
    });
    for (const field of [entry, bar]) field.addEventListener("blur", (event) => this.#left(event));
  }

  /** Begin editing the selected cell; `text` replaces what is in it, `typed` lets arrows leave. */
  open({ text, typed = false, inBar = false } = {}) {
    const { row, column } = this.#grid.anchor;
    const cell = this.#hooks.cell(row, column);
    if (!cell) {
      this.#entry.value = "";
      this.#hooks.say(words.loading);
      return false;
    }
    this.#grid.select(row, column, { reveal: !inBar });
    const before = this.#hooks.content(cell);
    this.#edit = { row, column, seen: this.#hooks.remember(row, column), before, typed };
    this.#entry.classList.add("editing");
    if (text === undefined) this.#entry.value = before;
    this.#mirror();
    this.place();
    if (!inBar) {
      this.#entry.focus({ preventScroll: true });
      if (text === undefined) this.#entry.setSelectionRange(before.length, before.length);
      this.#offer(cell, typed);
    }
    return true;
  }

  /** Open the list of a dropdown cell; false for a cell without one. */
  openList() {
    const { row, column } = this.#grid.anchor;
    if (!this.#hooks.offers(this.#hooks.cell(row, column))) return false;
    if (this.#edit) this.#offer(this.#hooks.cell(row, column), false);
    else this.open();
    return true;
  }

  /** Open the list that was still being read when editing began. */
  offerLate() {
    if (this.#edit && !this.#list.isOpen) this.#offer(this.#hooks.cell(this.#edit.row, this.#edit.column), this.#edit.typed);
  }

  #offer(cell, typed) {
    const offered = this.#hooks.offers(cell)?.texts;
    if (!offered) return;
    this.#list.open(offered, cell.formattedValue ?? "", this.#box());
    if (typed) this.#list.narrow(this.#entry.value, this.#box());
  }

  #typed() {
    if (!this.#edit) {
      if (this.#entry.value !== "") this.open({ text: this.#entry.value, typed: true });
      return;
    }
    this.#mirror();
    const offered = this.#hooks.offers(this.#hooks.cell(this.#edit.row, this.#edit.column))?.texts;
    if (offered) {
      if (!this.#list.isOpen) this.#list.open(offered, "", this.#box());
      this.#list.narrow(this.#entry.value, this.#box());
    }
    this.place();
  }

  #mirror() {
    if (document.activeElement !== this.#bar || barText(this.#bar) !== this.#entry.value) this.#bar.textContent = this.#entry.value;
  }

  /** Choose from the list: it is written at once. */
  pick(text) {
    if (!this.#edit && !this.open()) return;
    this.#entry.value = text;
    this.commit(null);
    this.#grid.takeFocus();
  }

  /** Hand in what was typed and move on by [down, right]; false when it cannot be taken. */
  commit(by) {
    const edit = this.#edit;
    if (!edit) return true;
    const text = this.#entry.value;
    if (text !== edit.before) {
      const offered = text === "" ? null : this.#hooks.offers(this.#hooks.cell(edit.row, edit.column));
      const foreign = Boolean(offered?.texts) && !offered.texts.includes(text);
      if (foreign && offered.strict) {
        this.#hooks.say(words.notOffered(text), true);
        this.#list.open(offered.texts, "", this.#box());
        return false;
      }
      if (foreign) this.#hooks.say(words.notInList(text), true);
      this.#end();
      this.#hooks.onCommit(edit, text);
    } else {
      this.#end();
    }
    if (by) this.#move(edit, by);
    return true;
  }

  /** Enter after a run of Tabs goes back to the column where the run began. */
  #move(edit, by) {
    const isRun = this.#run && this.#run.row === edit.row && this.#run.next === edit.column;
    const start = isRun ? this.#run.start : edit.column;
    this.#grid.select(edit.row, by[0] ? start : edit.column);
    const [row, column] = stepped(this.#grid, by);
    this.#grid.select(row, column);
    this.#run = by[1] ? { row, start, next: column } : null;
  }

  /** Give up what was typed. */
  cancel() {
    if (this.#edit) this.#end();
    this.#grid.takeFocus();
  }

  #end() {
    this.#edit = null;
    this.#entry.value = "";
    this.#entry.classList.remove("editing", "away");
    this.#list.close();
    this.place();
    this.#hooks.onEnd();
  }

  #left(event) {
    const to = event.relatedTarget;
    if (!this.#edit || !to || to === this.#entry || to === this.#bar) return;
    if (!this.commit(null)) this.#entry.focus();
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#edit) this.#editing(event);
    else if (this.#idle(event)) event.preventDefault();
  }

  #editing(event) {
    const { key, shiftKey } = event;
    const arrow = ARROWS[key];
    event.stopPropagation();
    if (key === "Enter" && (event.altKey || event.ctrlKey || event.metaKey)) document.execCommand(event.target === this.#bar ? "insertLineBreak" : "insertText", false, "\n");
    else if (key === "Enter" || key === "Tab") this.#hand(key === "Tab" ? [0, shiftKey ? -1 : 1] : [shiftKey ? -1 : 1, 0]);
    else if (key === "Escape") this.cancel();
    else if (arrow?.[0] && this.#list.isOpen) this.#list.step(arrow[0]);
    else if (arrow && this.#edit.typed && event.target === this.#entry && !shiftKey) this.commit(arrow);
    else if (key === "F2") this.#edit.typed = !this.#edit.typed;
    else return;
    event.preventDefault();
  }

  #hand(by) {
    const { chosen } = this.#list;
    if (chosen !== null) this.#entry.value = chosen;
    if (this.commit(by)) this.#grid.takeFocus();
  }

  #idle(event) {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const plain = !ctrlKey && !metaKey && !altKey;
    if (key === "F2" || (key === "Enter" && plain && !shiftKey)) this.open();
    else if (key === "ArrowDown" && altKey) this.openList();
    else if (key === "Tab" && plain) return this.#tab(shiftKey ? -1 : 1);
    else return this.#hooks.onKey(event) || this.#grid.key(event);
    return true;
  }

  /** Tab goes to the next cell, and out of the grid at a row's end. */
  #tab(by) {
    const { row, column } = this.#grid.anchor;
    const next = stepped(this.#grid, [0, by])[1];
    if (next === column) return false;
    this.#run = { row, start: this.#run?.row === row && this.#run.next === column ? this.#run.start : column, next };
    this.#grid.select(row, next);
    return true;
  }

  #box() {
    const at = this.#edit ?? this.#grid.anchor;
    return this.#grid.boxOf(at.row, at.column);
  }

  /** Stand over the cell; called whenever the grid was painted. */
  place() {
    const { style, classList } = this.#entry;
    const box = this.#box();
    classList.toggle("away", !box.visible);
    Object.assign(style, { left: `${box.left}px`, top: `${box.top}px` });
    const editing = Boolean(this.#edit);
    Object.assign(style, {
      minWidth: editing ? `${Math.min(box.width + 1, Math.max(60, box.roomX))}px` : "", minHeight: editing ? `${box.height + 1}px` : "",
      maxWidth: editing ? `${Math.max(80, Math.min(480, box.roomX - 8))}px` : "", maxHeight: editing ? `${Math.max(40, box.roomY - 8)}px` : "",
    });
    if (this.#list.isOpen) this.#list.place(box);
  }
}

function barText(bar) {
  return bar.innerText.replace(/\n$/, "");
}
