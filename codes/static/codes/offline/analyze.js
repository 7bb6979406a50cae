/* From text to terms, as codes/search/folding.py and analyze.py do it; the tables come with the index. */

import { stem } from "./stem.js";

export const WORD = "[\\p{L}\\p{N}]";
const LONGEST_WORD = 40;
const LONGEST_KEY = 120;
const SEAMS = /(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=[1-9][0-9]{2}(?![0-9]))|(?<=[0-9]{3})(?=[A-Z])/g;
const PART = /[^'’-]+/g;

export const apart = (text) => text.replace(SEAMS, " ");
export const composed = (text) => text.normalize("NFC");

export class Analysis {
  constructor(tables, weights) {
    this.tables = tables;
    this.weights = weights;
    this.folded = new Map();
    this.stopWords = new Set(tables.stopWords);
    this.weakWords = new Set(tables.weakWords);
    this.letter = `(?:(?![${tables.ideographs}])${WORD})`;
    this.ideograph = new RegExp(`^[${tables.ideographs}]`, "u");
    this.run = new RegExp(`[${tables.ideographs}]+|${this.letter}+(?:['’-]${this.letter}+)*`, "gu");
    this.document = new RegExp(`(?<!${this.letter})rfc[\\s-]*0*([1-9][0-9]{0,4})(?!${this.letter})`, "gu");
    const regional = Object.keys(tables.regional).sort((one, other) => other.length - one.length);
    this.regional = new RegExp(regional.join("|"), "gu");
  }

  /** The folded form of one character: NFKC, case, accents of Latin, Greek and Cyrillic, simplified characters. */
  character(character) {
    let folded = this.folded.get(character);
    if (folded === undefined) {
      const code = character.codePointAt(0);
      folded = character;
      if ((code >= 0xc0 && code <= 0x52f) || (code >= 0x1e00 && code <= 0x1fff))
        folded = folded.normalize("NFKD").replace(/\p{Mn}/gu, "");
      folded = folded.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
      folded = [...folded].map((one) => this.tables.simplified[one] ?? one).join("");
      folded = folded.replace(/[\p{Cc}\p{Z}]/gu, (one) => (one === "\n" ? one : " "));
      this.folded.set(character, (folded = folded.replace(/[\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, "")));
    }
    return folded;
  }

  fold(text) {
    return [...text].map((one) => this.character(one)).join("");
  }

  /** The folded form, and for each of its places the place in the text that it came from. */
  foldWithPlaces(text) {
    let folded = "";
    let at = 0;
    const places = [];
    for (const one of text) {
      const made = this.character(one);
      for (let i = 0; i < made.length; i += 1) places.push(at);
      folded += made;
      at += one.length;
    }
    return [folded, places];
  }

  isIdeographic(run) {
    return this.ideograph.test(run);
  }

  weight(word) {
    const { PAIR, STOP, WEAK, WORD: whole } = this.weights;
    if (this.isIdeographic(word)) return PAIR;
    return this.stopWords.has(word) ? STOP : this.weakWords.has(word) ? WEAK : whole;
  }

  stem(word) {
    const cut = word.slice(0, LONGEST_WORD);
    return /^[\x00-\x7f]*$/.test(cut) ? stem(cut) : cut;
  }

  /** A run with one word for what the regions call differently, and the span that each character came from. */
  canonical(run) {
    const characters = [];
    const spans = [];
    let end = 0;
    const plain = (from, to) => {
      for (const one of run.slice(from, to)) {
        characters.push(one);
        spans.push([from, (from += one.length)]);
      }
    };
    for (const match of run.matchAll(this.regional)) {
      plain(end, match.index);
      end = match.index + match[0].length;
      for (const one of this.tables.regional[match[0]]) {
        characters.push(one);
        spans.push([match.index, end]);
      }
    }
    plain(end, run.length);
    return [characters, spans];
  }

  /** The terms of a composed text with their words and places. */
  tokens(text) {
    const [folded, places] = this.foldWithPlaces(text);
    const found = [];
    const add = (term, word, start, end) =>
      found.push({ term, word, start: places[start], end: this.endOf(text, places[end - 1]) });
    for (const match of folded.matchAll(this.document))
      add(`rfc${match[1]}`, `rfc${match[1]}`, match.index, match.index + match[0].length);
    for (const match of folded.matchAll(this.run)) {
      const at = match.index;
      if (this.isIdeographic(match[0])) {
        const [characters, spans] = this.canonical(match[0]);
        for (let i = 0; i < Math.max(characters.length - 1, 1); i += 1) {
          const pair = characters.slice(i, i + 2);
          add(pair.join(""), "", at + spans[i][0], at + spans[i + pair.length - 1][1]);
        }
      } else
        for (const [word, start, end] of this.wordsOf(match[0])) add(this.stem(word), word, at + start, at + end);
    }
    return found;
  }

  /** The words of a compound with their places in it, and the compound as one word if it has several. */
  wordsOf(compound) {
    const parts = [...compound.matchAll(PART)].map((m) => [m[0], m.index, m.index + m[0].length]);
    return parts.length > 1 ? [...parts, [parts.map(([part]) => part).join(""), 0, compound.length]] : parts;
  }

  /** Where the character at a place ends, with the accents behind it that fold to nothing. */
  endOf(text, place) {
    let end = place + String.fromCodePoint(text.codePointAt(place)).length;
    while (end < text.length && !this.character(String.fromCodePoint(text.codePointAt(end)))) end += 1;
    return end;
  }

  /** The forms in which a text as a whole is compared. */
  keysOf(text) {
    const folded = this.fold(composed(text));
    const forms = [folded.replace(this.regional, (term) => this.tables.regional[term]), folded];
    const keys = forms.map((form) => [...form.replace(/[^\p{L}\p{N}]+/gu, "")].slice(0, LONGEST_KEY).join(""));
    return [...new Set(keys)].filter(Boolean);
  }
}
