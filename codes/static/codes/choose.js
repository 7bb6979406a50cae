/* For a host that cannot read Accept-Language: from an address without a language to the page in the reader's. */

const links = new Map([...document.querySelectorAll("a[hreflang]")].map((link) => [link.hreflang, link]));

/** What a language means that is not shown itself: its script where that is not said, else the language without region. */
function meant(tag) {
  const code = tag.toLowerCase();
  const script = /^zh-(tw|hk|mo|hant)/.test(code) ? "zh-hant" : /^zh/.test(code) ? "zh-hans" : code.split("-")[0];
  return links.get(code) ?? links.get(script);
}

const found = (navigator.languages ?? [navigator.language]).map(meant).find(Boolean) ?? links.get("en");
location.replace(found.href + location.hash);
