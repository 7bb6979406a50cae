// Adds to a page that works without it: a live preview, Ctrl+Enter, and a warning before unsaved work is left.
const form = document.getElementById("unit");
const text = document.getElementById("text");
const preview = document.getElementById("preview");
const before = text.value;
let timer, latest = 0, leaving = false;

async function show() {
  const turn = ++latest;
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  const html = await answer.text();
  // An earlier answer may come later.
  if (answer.ok && turn === latest) preview.innerHTML = html;
}

text.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, 250);
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    document.getElementById("save_next")?.click();
  }
});
form.addEventListener("submit", () => { leaving = true; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && text.value !== before) event.preventDefault();
});
