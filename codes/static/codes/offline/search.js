/* The search of an export, in the browser: the way of codes/search/candidates.py and find.py through the index. */

import { composed } from "./analyze.js";
import { Index } from "./index.js";
import { Query } from "./query.js";
import { Ranking, keyScore, passageWeight, promising, rarity } from "./rank.js";

const loading = new Map();

/** The index with this address, loaded once. */
export function indexAt(address) {
  if (!loading.has(address)) {
    const index = Index.load(address);
    index.catch(() => loading.delete(address));
    loading.set(address, index);
  }
  return loading.get(address);
}

class Search {
  constructor(index, typed, reader) {
    this.index = index;
    this.reader = reader;
    this.weights = index.meta.weights;
    this.words = index.vocabulary;
    this.query = new Query(typed, index.analysis, index.vocabulary);
    this.respelt = new Map();
  }

  async run() {
    const { units } = this.query;
    const keys = await this.keys();
    const postings = await this.postings(units);
    await this.widen(postings);
    const rarities = postings.map(({ anywhere }) => rarity(this.index.meta.documents, anywhere.size));
    const entries = promising(units, rarities, postings, keys, this.weights.MOST_RANKED);
    const documents = await Promise.all(entries.map((entry) => this.index.document(entry)));
    const ranking = new Ranking(units, rarities, this.reader, this.index.analysis);
    const matches = documents.map(([, , packed]) => ranking.matches(packed));
    ranking.stressOrigins(matches);
    const hits = entries.map((entry, i) => {
      const anywhere = new Set([...postings.keys()].filter((place) => postings[place].anywhere.has(entry)));
      const [number, standing] = documents[i];
      return { entry, number, score: ranking.score(keys.get(entry) ?? 0, matches[i], anywhere) * standing };
    });
    return hits.sort((a, b) => b.score - a.score || a.number - b.number || a.entry - b.entry);
  }

  /** What the keys say that are the query or begin with it, by meaning. */
  async keys() {
    const found = new Map();
    const add = (entry, score) => found.set(entry, Math.max(found.get(entry) ?? 0, score));
    for (const asked of this.query.keys) {
      const rows = await this.index.keys(asked, this.weights.MOST_KEYS);
      for (const [kind, key, language, entry] of rows)
        add(entry, keyScore(kind, key, language, asked, this.reader, this.weights));
      if (rows.some(([, key]) => key === asked)) continue;
      const near = this.words.nearNames(asked, this.weights.MOST_SPELLINGS);
      for (const [kind, , language, entry] of await this.index.keysOfNames(near))
        add(entry, this.weights.NEARLY_A_NAME * passageWeight(kind, language, this.reader, this.weights));
    }
    return found;
  }

  postings(units) {
    return Promise.all(units.map((unit) => this.index.posting(unit.terms.keys())));
  }

  /** Let words that no passage has stand for words that they may begin, or be misspelt forms of. */
  async widen(postings) {
    const { units } = this.query;
    const wider = [...units.keys()].filter((i) => units[i].word && units[i].number === null && this.guess(units[i]));
    const found = await this.postings(wider.map((i) => units[i]));
    wider.forEach((place, i) => {
      const unit = units[place];
      if (found[i].anywhere.size && !postings[place].anywhere.size && unit.respelt)
        this.respelt.set(unit.word, unit.respelt);
      postings[place] = found[i];
    });
  }

  /** Add to a unit the terms of words that it may stand for; whether there are any. */
  guess(unit) {
    const { MAY_BE_UNFINISHED, MOST_COMPLETIONS, MOST_SPELLINGS, UNFINISHED, MISSPELT, MISSPELT_TWICE } = this.weights;
    const { terms } = this.words;
    const add = (word, fit) => unit.terms.has(terms.get(word)) || unit.terms.set(terms.get(word), fit);
    const length = [...unit.word].length;
    if (unit.last && length > 1 && (length <= MAY_BE_UNFINISHED || !terms.has(unit.word)))
      for (const word of this.words.completions(unit.word, MOST_COMPLETIONS)) add(word, UNFINISHED);
    if (unit.terms.size === 1 && !terms.has(unit.word))
      for (const [word, errors] of this.words.spellings(unit.word, MOST_SPELLINGS)) {
        unit.respelt ||= word;
        add(word, errors === 1 ? MISSPELT : MISSPELT_TWICE);
      }
    return unit.terms.size > 1;
  }

  /** The query with its misspelt words as they are known; where nothing was found, words that are only similar will do. */
  suggestion(nothingFound) {
    const known = new Map(this.respelt);
    if (nothingFound)
      for (const { word } of this.query.units) {
        const nearest = /^\p{L}+$/u.test(word) ? this.words.nearest(word) : "";
        if (nearest) known.set(word, nearest);
      }
    if (!known.size) return "";
    const written = (unit) => known.get(unit.word) ?? (unit.word || unit.terms.keys().next().value);
    return this.query.units.map(written).join(" ");
  }

  /** A text as HTML: escaped, with <mark> around what the query wants. */
  marked(source) {
    const text = composed(source);
    const words = this.query.units.filter((unit) => unit.number === null);
    const strong = words.filter((unit) => unit.weight > this.weights.STOP);
    const wanted = new Set((strong.length ? strong : words).flatMap((unit) => [...unit.terms.keys()]));
    const spans = [];
    for (const { term, start, end } of this.index.analysis.tokens(text).sort((a, b) => a.start - b.start)) {
      if (!wanted.has(term)) continue;
      if (spans.length && start <= spans.at(-1)[1]) spans.at(-1)[1] = Math.max(spans.at(-1)[1], end);
      else spans.push([start, end]);
    }
    let [html, at] = ["", 0];
    for (const [start, end] of spans) {
      html += `${escaped(text.slice(at, start))}<mark>${escaped(text.slice(start, end))}</mark>`;
      at = end;
    }
    return html + escaped(text.slice(at));
  }
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Each number's meanings behind its best one, without what is far below the best. */
function grouped(hits, { LEAST, LEAST_IN_GROUP }) {
  const best = new Map();
  for (const { number, score } of hits) if (!best.has(number)) best.set(number, score);
  const top = Math.max(0, ...best.values());
  const kept = hits.filter((hit) => hit.score >= Math.max(LEAST * top, LEAST_IN_GROUP * best.get(hit.number)));
  const order = (a, b) => best.get(b.number) - best.get(a.number) || a.number - b.number || b.score - a.score;
  return kept.sort((a, b) => order(a, b) || a.entry - b.entry);
}

/** The meanings that a query means, with the keys that the server's JSON has, the likeliest first. */
export async function search(address, typed, reader, limit) {
  const index = await indexAt(address);
  const run = new Search(index, typed, reader);
  const hits = grouped(await run.run(), run.weights).slice(0, limit);
  const rows = await Promise.all(hits.map(({ entry }) => index.row(entry, reader)));
  const results = hits.map(({ number, score }, i) => {
    const [origin, reason_phrase, name, summary, url] = rows[i];
    return { number, origin, reason_phrase, name, summary, snippet: run.marked(summary), url, score };
  });
  const { text, cut, number } = run.query;
  const isNumber = number !== null && index.meta.numbers.includes(number);
  return { query: text, cut, number, isNumber, results, suggestion: run.suggestion(!results.length) };
}
