/* What a reader asks, taken apart as codes/search/query.py does it. */

import { WORD, apart, composed } from "./analyze.js";

const NUMBER = /^[0-9]{3}$/;
const NOTATION = /^[1-5]xx$/;
const WORDS = new RegExp(`${WORD}+`, "gu");
const W = "[^\\p{L}\\p{N}_]";
const SECTION = new RegExp(
  `^${W}*rfc[\\s-]*0*([0-9]{1,5})(?:${W}*(?:section|sec|第)|${W})${W}*([0-9a-z]+(?:\\.[0-9]+)+)${W}*节?${W}*$`,
  "iu",
);
const NUMBER_KIND = 0;
const CLASS_KIND = 13;

/** Whether a passage of a kind can answer a unit: what mentions 404 is not what has that number. */
export function mayBe(unit, kind) {
  if (unit.isClass) return kind === CLASS_KIND;
  return unit.number === null || kind === NUMBER_KIND;
}

export class Query {
  constructor(typed, analysis, vocabulary) {
    const { LONGEST_QUERY, MOST_UNITS } = analysis.weights;
    this.analysis = analysis;
    this.vocabulary = vocabulary;
    const printable = typed.replace(/\s+/gu, " ").replace(/[\p{C}\p{Z}]/gu, (one) => (one === " " ? one : ""));
    const whole = [...composed(printable.trim())];
    this.text = whole.slice(0, LONGEST_QUERY).join("");
    this.cut = whole.length > LONGEST_QUERY;
    let asked = this.text.normalize("NFKC");
    this.keys = [...new Set([...analysis.keysOf(this.withoutProtocol(asked)), ...analysis.keysOf(asked)])];
    const section = SECTION.exec(analysis.fold(this.text));
    if (section) {
      asked = `rfc${section[1]}`;
      this.keys = analysis.keysOf(`rfc${section[1]}${section[2]}`);
    }
    const bare = this.withoutAmounts(this.withoutProtocol(this.takenApart(asked)));
    this.units = this.unitsOf(bare).slice(0, MOST_UNITS);
    if (this.units.length && !/\s$/u.test(typed)) this.units.at(-1).last = true;
    if (this.units.every((unit) => unit.isClass)) this.keys = [];
  }

  /** The status code, if the query is nothing else. */
  get number() {
    const asked = this.analysis.fold(this.text);
    return NUMBER.test(asked) ? Number(asked) : null;
  }

  withoutProtocol(text) {
    const { letter } = this.analysis;
    const protocol = new RegExp(`(?<!${letter})https?/[0-9](?:\\.[0-9])?(?!${letter}|\\.)`, "giu");
    const notation = new RegExp(`(?<!${letter})([1-5])(?:xx|\\*\\*|__|\\?\\?)(?!${letter})`, "giu");
    return text.replace(protocol, " ").replace(notation, " $1xx ");
  }

  withoutAmounts(text) {
    const { letter } = this.analysis;
    const amount = new RegExp(
      `(?<!${letter})[0-9]+(?:[.,][0-9]+)?\\s*` +
        `((?:milli)?seconds|secs|ms|minutes?|mins|hours?|days?|bytes?|[kmg]i?b)(?!${letter})` +
        "|(?<![0-9])[0-9]+(?:\\.[0-9]+)?\\s*(毫?秒|分[鐘钟]|小[時时]|天|次|位元組|字[節节])",
      "giu",
    );
    return text.replace(amount, (_, word, ideographs) => ` ${word || ideographs}`);
  }

  takenApart(text) {
    const { terms } = this.vocabulary;
    return text.replace(WORDS, (word) => (terms.has(this.analysis.fold(word)) ? word : apart(word)));
  }

  unitsOf(text) {
    const found = new Map();
    const all = this.analysis.tokens(composed(this.withoutFillers(text)));
    for (const token of all) {
      const outer = all.filter((other) => other.start <= token.start && token.end <= other.end);
      const inner = all.filter((other) => token.start <= other.start && other.end <= token.end);
      const wider = outer.filter((other) => other.word && !inner.some((one) => same(one, other)));
      const isCompound = token.word && inner.some((other) => !outer.some((one) => same(one, other)));
      const known = wider.some((other) => this.isOneWord(other.word));
      if (!known && (!isCompound || this.isOneWord(token.word)) && !found.has(token.term))
        found.set(token.term, this.unit(token.term, token.word));
    }
    return [...found.values()];
  }

  isOneWord(compound) {
    return this.vocabulary.terms.has(compound) || /^rfc[\s-]*0*[1-9][0-9]{0,4}$/.test(compound);
  }

  unit(term, word) {
    return {
      word,
      weight: this.analysis.weight(word || term),
      terms: new Map([[term, 1]]),
      last: false,
      isClass: NOTATION.test(word),
      number: NUMBER.test(word) ? Number(word) : null,
      respelt: "",
    };
  }

  /** A text without the words that a Chinese question is wrapped in; the text itself if nothing else is left. */
  withoutFillers(text) {
    const [folded, places] = this.analysis.foldWithPlaces(text);
    const bare = text.split("");
    for (const match of folded.matchAll(new RegExp(this.analysis.tables.fillers.join("|"), "gu")))
      for (let i = match.index; i < match.index + match[0].length; i += 1) bare[places[i]] = " ";
    const rest = bare.join("");
    return rest.search(WORDS) >= 0 ? rest : text;
  }
}

function same(one, other) {
  return one.term === other.term && one.word === other.word && one.start === other.start && one.end === other.end;
}
