// What the page has to say: a banner for what went wrong, a quiet line for what was done, and the
// edits that could not be written, kept until the person decides about them.

import { element } from "./format.js";
import { words } from "./words.js";

const SHOWN_MS = 7000;

/** The notices of the page, in the elements banner, banner-text, retry, dismiss, said and unsaved. */
export class Notices {
  #parts;
  #timer = 0;
  #unsaved = [];

  constructor(parts) {
    this.#parts = parts;
    parts.dismiss.addEventListener("click", () => this.banner(""));
  }

  /** Show a sentence in the banner, with the button to try again or the one to close it. */
  banner(text, retry = true) {
    const parts = this.#parts;
    parts.banner.hidden = !text;
    parts.bannerText.textContent = text;
    parts.retry.hidden = !retry;
    parts.dismiss.hidden = retry;
  }

  /** Say what was done to those who listen; `loud` shows it to everybody for a while. */
  say(text, loud = false) {
    const { said } = this.#parts;
    clearTimeout(this.#timer);
    said.classList.toggle("loud", loud);
    said.textContent = text;
    if (loud) this.#timer = setTimeout(() => said.classList.remove("loud"), SHOWN_MS);
  }

  /** Whether typed text waits for a decision. */
  get hasUnsaved() { return this.#unsaved.length > 0; }

  /** Keep an edit that could not be written: {text}, why, and how to try again. */
  keep(edit, name, reason, again) {
    const line = element("p", "unsaved-line");
    const drop = () => {
      this.#unsaved = this.#unsaved.filter((each) => each !== line);
      line.remove();
      this.#parts.unsaved.hidden = !this.hasUnsaved;
    };
    const [retry, discard] = [element("button", "", { type: "button" }, words.writeAgain), element("button", "", { type: "button" }, words.discard)];
    retry.addEventListener("click", () => { drop(); again(); });
    discard.addEventListener("click", drop);
    line.append(element("span", "", {}, words.notWritten(name, reason)), element("q", "typed", {}, edit.text), retry, discard);
    this.#unsaved.push(line);
    this.#parts.unsaved.append(line);
    this.#parts.unsaved.hidden = false;
  }
}
