/* Suggestions below the search field: the editable combobox with list autocomplete of the ARIA Authoring Practices.
   The form works without this script; every text that it shows comes from the page. */

const DELAY = 120; // milliseconds without a keystroke before the server is asked
const LIMIT = 8;

const form = document.querySelector("form.search");
const { api, number: address, label, count, failed } = form.dataset;
const { index, module } = form.dataset; // in an export: the index, and what searches in it
const input = form.elements.q;
// Out of the order of Tab, as its options are: the keyboard stays in the field.
const list = element("div", { role: "listbox", id: "search-options", "aria-label": label, tabindex: -1 });
const note = element("p", { role: "status", class: "unseen" });
let timer;
let question = new AbortController(); // the newest one put to the server
let active = null;

function set(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  set(made, attributes);
  made.append(...children);
  return made;
}

/** A snippet's text and its <mark> elements. Any other tag is made text before anything is parsed. */
function marked(html) {
  const tame = html.replace(/<(?!\/?mark>)/g, "&lt;");
  const nodes = [...new DOMParser().parseFromString(tame, "text/html").body.childNodes];
  return nodes.map((node) => (node.nodeName === "MARK" ? element("mark", {}, node.textContent) : node.textContent));
}

/** A result as an option, which is a link, so that it opens in a new tab as links do. */
function option(result, index) {
  // The API names the site's configured host, which need not be the one that this page came from.
  const { pathname, hash } = new URL(result.url, location.origin);
  const href = Object.assign(new URL(location.origin), { pathname, hash }).href;
  const digit = Math.floor(result.number / 100);
  const hue = digit > 0 && digit < 6 ? `c${digit}` : "cx";
  const number = element("span", { class: "n" }, String(result.number).padStart(3, "0"));
  const names = element("span", {}, element("strong", {}, result.name), " ");
  if (result.reason_phrase && result.reason_phrase !== result.name)
    names.append(element("small", { lang: "en" }, result.reason_phrase), " ");
  if (result.origin !== "iana") names.append(element("small", { class: "origin" }, result.origin), " ");
  const text = result.snippet ? marked(result.snippet) : [result.summary];
  names.append(element("span", { class: "snippet" }, ...text));
  const states = { role: "option", id: `search-option-${index}`, "aria-selected": false, tabindex: -1 };
  return element("a", { ...states, href, class: hue }, number, " ", names);
}

function activate(chosen) {
  active?.setAttribute("aria-selected", false);
  active = chosen;
  if (!active) return input.removeAttribute("aria-activedescendant");
  active.setAttribute("aria-selected", true);
  active.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", active.id);
}

function say(text, visible = false) {
  note.textContent = text;
  note.className = visible ? "options" : "unseen";
}

/** Ask nothing more, and take no answer that is under way. */
function stop() {
  clearTimeout(timer);
  question.abort();
}

function open(results) {
  list.replaceChildren(...results.map(option));
  list.scrollTop = 0;
  list.hidden = !results.length;
  input.setAttribute("aria-expanded", !list.hidden);
  activate(null);
  say(count.replace("{count}", results.length));
}

function close() {
  stop();
  list.hidden = true;
  input.setAttribute("aria-expanded", false);
  activate(null);
  say("");
}

/** The answer to a query: the server's, or in an export that of the same search in the browser. */
async function answered(q, lang, signal) {
  if (index) return (await import(module)).search(index, q, lang, LIMIT);
  const answer = await fetch(`${api}?${new URLSearchParams({ q, lang, limit: LIMIT })}`, { signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

async function ask() {
  stop();
  const { signal } = (question = new AbortController());
  try {
    const { results } = await answered(input.value.trim(), document.documentElement.lang, signal);
    // A complete answer may still be waiting for its turn when the next question aborts it.
    if (!signal.aborted) open(results);
  } catch {
    if (signal.aborted) return;
    close();
    say(failed, true);
  }
}

function changed() {
  stop();
  activate(null);
  if (input.value.trim()) timer = setTimeout(ask, DELAY);
  else close();
}

function move(step) {
  const options = [...list.children];
  const from = active ? options.indexOf(active) : step > 0 ? -1 : 0;
  activate(options.at((from + step) % options.length));
}

const keys = {
  ArrowDown: () => (list.hidden ? input.value.trim() && ask() : move(1)),
  ArrowUp: () => list.hidden || move(-1),
  Escape: () => {
    if (list.hidden) input.value = "";
    close();
  },
};

/** Whether a key belongs to an input method, which has its own use for arrows, Enter and Escape. */
function composing(event) {
  return event.isComposing || event.keyCode === 229; // Safari ends the composition before its last key
}

function pressed(event) {
  if (composing(event) || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Tab") close();
  else if (event.key === "Enter" && active) {
    event.preventDefault();
    active.click();
  } else if (event.key in keys) {
    event.preventDefault();
    keys[event.key]();
  }
}

/** A number has a page of its own; whatever else was typed is searched. */
function submitted(event) {
  const number = input.value.normalize("NFKC").trim(); // full-width digits are digits
  close();
  if (!/^[0-9]{3}$/.test(number)) return;
  event.preventDefault();
  location.assign(address.replace("000", number));
}

/** The slash leads to the field; not where it is a character to type. Shift may be held: some keyboards need it. */
function slashed(event) {
  if (event.key !== "/" || composing(event) || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  input.focus();
  input.select();
}

list.className = "options";
list.hidden = true;
form.append(list, note);
set(input, { role: "combobox", "aria-controls": list.id, "aria-expanded": false, "aria-autocomplete": "list" });
set(input, { autocomplete: "off", "aria-keyshortcuts": "/" });

input.addEventListener("input", (event) => event.isComposing || changed());
input.addEventListener("compositionstart", stop);
input.addEventListener("compositionend", changed);
input.addEventListener("keydown", pressed);
form.addEventListener("submit", submitted);
form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close());
// Pressing on an option leaves the focus in the field; the link itself does the rest.
list.addEventListener("mousedown", (event) => event.preventDefault());
document.addEventListener("pointerdown", (event) => form.contains(event.target) || close());
document.addEventListener("keydown", slashed);
// The page may be kept, and shown again when the reader comes back.
addEventListener("pagehide", close);
