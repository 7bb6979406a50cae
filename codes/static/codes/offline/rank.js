/* Which meanings a query means, by the formulas of codes/search/rank.py. */

import { mayBe } from "./query.js";

const NUMBER = 0;
const ORIGIN = 10;
const NAMING = new Set([1, 2, 3, 4]); // names, former names, symbols, aliases

export const rarity = (documents, frequency) => Math.log(1 + (documents + 1) / (frequency + 0.5));
const isFamiliar = (language, reader) => language === "" || language === reader;
const sum = (values) => values.reduce((one, other) => one + other, 0);

export function passageWeight(kind, language, reader, weights) {
  return weights.KIND_WEIGHTS[kind] * (isFamiliar(language, reader) ? 1 : weights.OTHER_LANGUAGE);
}

/** What a key says that is the query or begins with it. */
export function keyScore(kind, key, language, asked, reader, weights) {
  if (key === asked)
    return (weights.EXACT_KEYS[kind] ?? weights.EXACT_KEY) * (isFamiliar(language, reader) ? 1 : weights.OTHER_LANGUAGE);
  const share = [...asked].length / [...key].length;
  return weights.BEGINNING * passageWeight(kind, language, reader, weights) * (0.6 + 0.4 * share);
}

/** The meanings worth a closer look: named by keys, or having the rarest units. */
export function promising(units, rarities, postings, named, most) {
  const scores = new Map([...named].map(([entry, score]) => [entry, 100 * score]));
  units.forEach((unit, place) => {
    for (const entry of postings[place].anywhere) {
      const times = postings[place].head.has(entry) ? 4 : 1;
      scores.set(entry, (scores.get(entry) ?? 0) + unit.weight * rarities[place] * times);
    }
  });
  return [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most).map(([entry]) => entry);
}

export class Ranking {
  constructor(units, rarities, reader, analysis) {
    this.units = units;
    this.reader = reader;
    this.analysis = analysis;
    this.weights = analysis.weights;
    this.isRestricted = units.some((unit) => unit.isClass || unit.number !== null);
    this.masses = units.map(
      (unit, i) => unit.weight * rarities[i] * (unit.number !== null ? this.weights.NUMBER_STRESS : 1),
    );
    const counting = units.filter((unit) => unit.weight > this.weights.STOP);
    this.places = new Map();
    units.forEach((unit, place) => {
      if (counting.length && !counting.includes(unit)) return;
      for (const [term, fit] of unit.terms) {
        if (!this.places.has(term)) this.places.set(term, new Map());
        this.places.get(term).set(place, fit);
      }
    });
  }

  /** The passages of a candidate that have anything of the query. */
  matches(packed) {
    const lines = new Map();
    for (const [term, places] of this.places) {
      const needle = [...term].length === 1 && this.analysis.isIdeographic(term) ? term : ` ${term} `;
      for (let at = packed.indexOf(needle); at >= 0; at = packed.indexOf(needle, packed.indexOf("\n", at))) {
        const start = at ? packed.lastIndexOf("\n", at - 1) + 1 : 0;
        if (!lines.has(start)) lines.set(start, new Map());
        const fits = lines.get(start);
        for (const [place, fit] of places) fits.set(place, Math.max(fits.get(place) ?? 0, fit));
      }
    }
    return [...lines].map(([start, fits]) => {
      const [kind, language, length] = packed.slice(start, packed.indexOf(" ", start)).split("\t");
      return { kind: Number(kind), language, length: Number(length), fits };
    });
  }

  /** Let the units that name an origin of one of the candidates count more. */
  stressOrigins(every) {
    const places = new Set();
    for (const matches of every)
      for (const match of matches) if (match.kind === ORIGIN) for (const place of match.fits.keys()) places.add(place);
    for (const place of places) this.masses[place] *= this.weights.ORIGIN_STRESS;
  }

  /** How much of the query the passages cover, how well the best of them names it, and the keys. */
  score(keys, matches, anywhere) {
    const { BODY_WEIGHT, FURTHER, RECALL_POWER } = this.weights;
    const mass = sum(this.masses) || 1;
    const byKind = this.units.map(() => new Map());
    const given = new Map();
    for (const { kind, fits } of matches)
      if (kind === NUMBER || kind === ORIGIN)
        for (const [place, fit] of fits) given.set(place, Math.max(fit, given.get(place) ?? 0));
    let bestPassage = 0;
    for (const { kind, language, length, fits: all } of matches) {
      const weight = passageWeight(kind, language, this.reader, this.weights);
      const fits = this.isRestricted ? new Map([...all].filter(([place]) => mayBe(this.units[place], kind))) : all;
      for (const [place, fit] of fits)
        byKind[place].set(kind, Math.max(byKind[place].get(kind) ?? 0, fit * weight));
      if (fits.size && NAMING.has(kind)) {
        const recalled = new Map([...given, ...fits]);
        const recall = sum([...recalled].map(([place, fit]) => fit * this.masses[place])) / mass;
        const precision = sum([...fits.keys()].map((place) => this.units[place].weight)) / length;
        bestPassage = Math.max(bestPassage, weight * recall ** RECALL_POWER * (0.4 + 0.6 * Math.min(precision, 1)));
      }
    }
    let covered = 0;
    byKind.forEach((found, place) => {
      const strengths = [...found.values(), anywhere.has(place) ? BODY_WEIGHT : 0].sort((a, b) => b - a);
      covered += this.masses[place] * (strengths[0] + FURTHER * sum(strengths.slice(1, 3)));
    });
    return covered / mass + bestPassage + keys;
  }
}
