/* The stem of an English word: Porter's second algorithm as Snowball 3 has it (english.sbl), for lower-case letters. */

const WHOLE = new Map(
  Object.entries({
    skis: "ski", skies: "sky", idly: "idl", gently: "gentl", ugly: "ugli", early: "earli", only: "onli", singly: "singl",
    sky: "sky", news: "news", howe: "howe", atlas: "atlas", cosmos: "cosmos", bias: "bias", andes: "andes",
  }),
);
const REGION = /^(?:arsen|commun|emerg|gener|inter|later|organ|past|univers)/;
const SHORT = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy]|past)$/;
// What stands for a suffix, and what must precede it.
const STEP_2 = suffixes({
  anci: "ance", enci: "ence", ogi: [/l$/, "og"], li: [/[cdeghkmnrt]$/, ""], bli: "ble", abli: "able", alli: "al",
  fulli: "ful", lessli: "less", ousli: "ous", entli: "ent", aliti: "al", biliti: "ble", iviti: "ive", tional: "tion",
  ational: "ate", alism: "al", ation: "ate", ization: "ize", izer: "ize", ator: "ate", iveness: "ive", fulness: "ful",
  ousness: "ous", ogist: "og",
});
const STEP_3 = suffixes({
  icate: "ic", alize: "al", iciti: "ic", ical: "ic", tional: "tion", ational: "ate", ful: "", ness: "", ative: [null, ""],
});
const STEP_4 = suffixes(
  Object.fromEntries(
    ["ic", "ance", "ence", "able", "ible", "ate", "ive", "ize", "iti", "al", "ism", "er", "ous", "ant", "ent", "ment", "ement"]
      .map((suffix) => [suffix, ""])
      .concat([["ion", [/[st]$/, ""]]]),
  ),
);

/** Suffixes, the longest first. */
function suffixes(table) {
  return Object.entries(table).sort(([one], [other]) => other.length - one.length);
}

function longest(word, table) {
  return table.find(([suffix]) => word.endsWith(suffix));
}

/** Where the regions R1 and R2 begin: behind a consonant that follows a vowel, once and twice. */
function regions(word) {
  const behind = (from) => {
    const found = /[aeiouy][^aeiouy]/.exec(word.slice(from));
    return found ? from + found.index + 2 : word.length;
  };
  const first = REGION.exec(word)?.[0].length ?? behind(0);
  return [first, behind(first)];
}

function plural(word) {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/(?:us|ss)$/.test(word)) return word;
  return /[aeiouy].+s$/.test(word) ? word.slice(0, -1) : word;
}

function ending(word, r1) {
  const [suffix] = /(?:eed|eedly|ed|edly|ing|ingly)$/.exec(word) ?? [];
  if (!suffix) return word;
  const rest = word.slice(0, -suffix.length);
  if (suffix.startsWith("eed")) return r1 <= rest.length && !/^(?:succ|proc|exc)$/.test(rest) ? `${rest}ee` : word;
  if (suffix === "ing") {
    if (/^[^aeiouy]y$/.test(rest)) return `${rest[0]}ie`;
    if (/^(?:even|cann|inn|earr|herr|out)$/.test(rest)) return word;
  }
  if (!/[aeiouy]/.test(rest)) return word;
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(rest)) return /^[aeo]..$/.test(rest) ? rest : rest.slice(0, -1);
  return rest.length === r1 && SHORT.test(rest) ? `${rest}e` : rest;
}

/** A word with its longest suffix replaced, if that lies in a region. */
function replaced(word, table, region, regionOfBare) {
  const found = longest(word, table);
  if (!found) return word;
  const [suffix, action] = found;
  const [before, other] = typeof action === "string" ? ["", action] : action;
  const rest = word.slice(0, -suffix.length);
  const from = before === null ? regionOfBare : region;
  return from <= rest.length && (!before || before.test(rest)) ? rest + other : word;
}

function last(word, r1, r2) {
  const rest = word.slice(0, -1);
  if (word.endsWith("e")) return r2 <= rest.length || (r1 <= rest.length && !SHORT.test(rest)) ? rest : word;
  return /ll$/.test(word) && r2 <= rest.length ? rest : word;
}

export function stem(word) {
  if (WHOLE.has(word)) return WHOLE.get(word);
  if (word.length < 3) return word;
  let made = word.replace(/^y/, "Y").replace(/([aeiouy])y/g, "$1Y");
  const [r1, r2] = regions(made);
  made = ending(plural(made), r1).replace(/(.[^aeiouy])[yY]$/, "$1i");
  made = replaced(made, STEP_2, r1);
  made = replaced(made, STEP_3, r1, Math.max(r1, r2));
  made = replaced(made, STEP_4, r2);
  return last(made, r1, r2).replaceAll("Y", "y");
}
