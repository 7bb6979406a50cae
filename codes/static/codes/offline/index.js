/* The index of an export: JSON files beside it, of which a query needs a few. Each is loaded once. */

import { Analysis } from "./analyze.js";
import { Vocabulary } from "./vocabulary.js";

const KINDS = 10; // those that keys may be of

async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

export class Index {
  /** The index whose first file has this address. */
  static async load(address) {
    const base = new URL(address, location.href);
    // The one name without a digest: what the browser keeps of it may be of yesterday.
    const meta = await json(base, { cache: "no-cache" });
    const index = new Index(base, meta);
    const [tables, words] = await Promise.all([index.file(meta.analysis), index.file(meta.words)]);
    index.analysis = new Analysis(tables, meta.weights);
    index.vocabulary = new Vocabulary(words, meta.weights);
    return index;
  }

  constructor(base, meta) {
    this.base = base;
    this.meta = meta;
    this.files = new Map();
  }

  file(name) {
    if (!this.files.has(name)) {
      const loading = json(new URL(name, this.base));
      // What failed, for the network was gone, is asked for again.
      loading.catch(() => this.files.delete(name));
      this.files.set(name, loading);
    }
    return this.files.get(name);
  }

  /** Kind, key, language and place of the keys that begin with ``asked``: at most ``most`` of each kind. */
  async keys(asked, most) {
    const shard = await this.file(this.meta.keys[asked.codePointAt(0) % this.meta.keys.length]);
    const found = [];
    const counts = Array(KINDS).fill(0);
    for (const key of Object.keys(shard).filter((one) => one.startsWith(asked)).sort())
      for (const [kind, language, entry] of shard[key])
        if (kind < KINDS && (counts[kind] += 1) <= most) found.push([kind, key, language, entry]);
    return found;
  }

  async keysOfNames(names) {
    const found = await Promise.all(names.map((name) => this.keys(name, Infinity)));
    return found.flat().filter(([kind, key]) => (kind === 1 || kind === 2) && names.includes(key));
  }

  /** The places of the documents that have one of some terms: in their passages, and anywhere. */
  async posting(terms) {
    const [head, anywhere] = [new Set(), new Set()];
    for (const term of terms) {
      const shard = await this.file(this.meta.terms[whole(term) % this.meta.terms.length]);
      const [inHead, inBody] = Object.hasOwn(shard, term) ? shard[term] : [[], []];
      for (const entry of inHead) head.add(entry);
      for (const entry of [...inHead, ...inBody]) anywhere.add(entry);
    }
    return { head, anywhere };
  }

  block(place) {
    let block = this.meta.starts.length - 1;
    while (this.meta.starts[block] > place) block -= 1;
    return block;
  }

  /** Number, standing and packed passages of a document. */
  async document(place) {
    const block = this.block(place);
    return (await this.file(this.meta.blocks[block]))[place - this.meta.starts[block]];
  }

  /** Origin, reason phrase, name, summary and path of a meaning. */
  async row(place, language) {
    const block = this.block(place);
    return (await this.file(this.meta.rows[language][block]))[place - this.meta.starts[block]];
  }
}

function whole(term) {
  let number = 0;
  for (const one of term) number = (number * 31 + one.codePointAt(0)) % 2 ** 32;
  return number;
}
