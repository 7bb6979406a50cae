/* The page of results of an export: what the server's template makes of an answer, made here of the one in the browser. */

import { search } from "./search.js";

const MOST_RESULTS = 20;

const form = document.querySelector("form.search");
const template = document.querySelector("#results");
const main = document.querySelector("main");
const query = new URLSearchParams(location.search).get("q")?.trim();

const padded = (number) => String(number).padStart(3, "0");
const address = (number) => template.dataset.number.replace("000", padded(number));

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The template with its words in place of ``{word}``, and without the parts that are not wanted. */
function filled(words, wanted) {
  const page = template.content.cloneNode(true);
  for (const part of page.querySelectorAll(".intro p, .count, .found")) {
    const kind = [...part.classList].at(-1);
    if (!wanted[kind]) part.remove();
  }
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.data = node.data.replace(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole);
  }
  return page;
}

/** A snippet's text and its <mark> elements; whatever else is in it stays text. */
function marked(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return [...body.childNodes].map((node) =>
    node.nodeName === "MARK" ? element("mark", {}, node.textContent) : node.textContent,
  );
}

function meaning(result) {
  const local = result.reason_phrase && result.reason_phrase !== result.name;
  const link = element("a", { href: result.url }, element("strong", {}, result.name));
  if (local) link.append(" ", element("small", {}, element("span", { lang: "en" }, result.reason_phrase)));
  const item = element("li", {}, link);
  if (result.origin !== "iana") item.append(" ", element("span", { class: "origin" }, result.origin));
  item.append(element("p", {}, ...marked(result.snippet)));
  return item;
}

/** The results as a list, those of one number together. */
function items(results) {
  const groups = new Map();
  for (const result of results) groups.set(result.number, [...(groups.get(result.number) ?? []), result]);
  return [...groups].map(([number, meanings]) => {
    const digit = Math.floor(number / 100);
    const link = element("a", { class: "n", href: address(number) }, padded(number));
    const hue = digit > 0 && digit < 6 ? `c${digit}` : "cx";
    return element("li", { class: hue }, link, element("ul", {}, ...meanings.map(meaning)));
  });
}

function show(answer) {
  const { number, cut, results, suggestion } = answer;
  const isUnassigned = number !== null;
  const page = filled(
    { ...answer, count: results.length, number: padded(number) },
    {
      cut,
      unassigned: isUnassigned,
      corrected: suggestion && results.length,
      nothing: !results.length && !isUnassigned,
      meant: suggestion && !results.length,
      count: results.length,
      found: results.length,
    },
  );
  page.querySelector(".unassigned a")?.setAttribute("href", address(number));
  page.querySelector(".meant a")?.setAttribute("href", `?${new URLSearchParams({ q: suggestion })}`);
  page.querySelector(".found")?.append(...items(results));
  document.title = `${page.querySelector("h1").textContent} · httpref`;
  replace(page, results.length);
}

/** Put the answer in the place of the page's own words; the classes stay where nothing was found. */
function replace(page, found) {
  if (found) main.replaceChildren(page);
  else main.querySelector(".intro").replaceWith(page);
}

if (query) {
  form.elements.q.value = query;
  for (const link of document.querySelectorAll("nav.languages a")) link.search = new URLSearchParams({ q: query });
  try {
    const answer = await search(form.dataset.index, query, document.documentElement.lang, MOST_RESULTS);
    if (answer.isNumber) location.replace(address(answer.number));
    else show(answer);
  } catch {
    replace(filled({ query }, { failed: true }), 0);
  }
}
