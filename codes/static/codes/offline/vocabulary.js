/* What an unfinished or misspelt word can mean, as codes/search/vocabulary.py has it. */

/** The number of letters too many, missing, wrong, or swapped with their neighbour (optimal string alignment). */
export function distance(one, other) {
  const [a, b] = [[...one], [...other]];
  let before = [];
  let above = b.map((_, j) => j + 1);
  above.unshift(0);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above] = [above, row];
  }
  return above[b.length];
}

const size = (text) => [...text].length;

function near(known, word, errors, most) {
  const found = [];
  for (const other of known) {
    if (Math.abs(size(other) - size(word)) > errors) continue;
    const wrong = distance(word, other);
    if (wrong && wrong <= errors) found.push([other, wrong]);
  }
  const place = ([other, wrong]) => wrong * 2 + (other[0] === word[0] ? 0 : 1);
  return found.sort((a, b) => place(a) - place(b) || (a[0] < b[0] ? -1 : 1)).slice(0, most);
}

export class Vocabulary {
  constructor({ terms, names }, weights) {
    this.terms = new Map(terms);
    this.sorted = [...this.terms.keys()];
    this.names = names;
    this.weights = weights;
  }

  /** The shortest words that begin with ``beginning``. */
  completions(beginning, most) {
    const found = this.sorted.filter((word) => word.startsWith(beginning));
    return found.sort((one, other) => size(one) - size(other)).slice(0, most);
  }

  /** What a misspelt word may have been meant to be; nothing for a short word. */
  spellings(word, most) {
    const { SHORTEST_MISSPELT, LONG_WORD } = this.weights;
    if (size(word) < SHORTEST_MISSPELT || !/^\p{L}+$/u.test(word)) return [];
    return near(this.sorted, word, size(word) >= LONG_WORD ? 2 : 1, most);
  }

  /** The keys of names that a query as a whole may have been meant to be. */
  nearNames(key, most) {
    return size(key) < this.weights.SHORTEST_MISSPELT ? [] : near(this.names, key, 1, most).map(([name]) => name);
  }

  /** The most similar word, for one that nothing is found for. */
  nearest(word) {
    let [best, most] = ["", this.weights.SIMILAR];
    for (const other of this.sorted) {
      const longest = Math.max(size(word), size(other));
      if (Math.min(size(word), size(other)) < most * longest) continue;
      const similarity = 1 - distance(word, other) / longest;
      if (similarity > most || (!best && similarity === most)) [best, most] = [other, similarity];
    }
    return best;
  }
}
