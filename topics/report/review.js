"use strict";
const { themes, releases } = JSON.parse(document.getElementById("data").textContent);
const KEYS = "123456789acdefghijklmoprtvwxyz";  // b, n, s and u do something else
const at = (id) => document.getElementById(id);

// What was said, by the id of the release; a page of other releases or themes has its own store.
const store = `topics-review:${JSON.stringify([themes, releases.map((r) => r.id)])}`;
const said = new Map();
const undone = [];
function keep() {
  try {
    localStorage.setItem(store, JSON.stringify([...said]));
  } catch {
    at("storage").hidden = false;
  }
}
try {
  for (const [id, labels] of JSON.parse(localStorage.getItem(store)) || []) said.set(id, labels);
} catch {
  at("storage").hidden = false;
}
keep();

let place = Math.max(releases.findIndex((r) => !said.has(r.id)), 0);
let chosen = null;  // themes chosen for the release that is shown; null: nothing yet

function element(name, text = "", parts = []) {
  const made = document.createElement(name);
  made.dir = "auto";
  made.append(text, ...parts);
  return made;
}
function showText(text, sentence) {
  const from = sentence ? text.indexOf(sentence) : -1;
  const parts = from < 0 ? [text]
    : [text.slice(0, from), element("mark", sentence), text.slice(from + sentence.length)];
  at("release-text").replaceChildren(...parts);
}
function show() {
  const release = releases[place];
  chosen = said.has(release.id) ? [...said.get(release.id)] : null;
  at("place").textContent = [`${place + 1} of ${releases.length}`, release.date]
    .filter(Boolean).join(" · ");
  at("release-title").textContent = release.title || "(no title)";
  showText(release.text, release.suggested[0]?.sentence);
  at("suggested").replaceChildren(...release.suggested.map((s) => element("li", "", [
    element("strong", s.theme), ` ${s.score.toFixed(2)}${s.given ? ", the model gives it" : ""}: `,
    element("q", s.sentence)])));
  showChoice();
}
function showChoice() {
  for (const button of document.querySelectorAll("#themes button")) {
    button.setAttribute("aria-pressed", String(chosen?.includes(button.dataset.theme) ?? false));
  }
  at("none").setAttribute("aria-pressed", String(chosen?.length === 0));
  at("next").disabled = chosen === null;
  at("back").disabled = place === 0;
  at("undo").disabled = undone.length === 0;
  const read = releases.filter((r) => said.has(r.id)).length;
  at("progress").textContent = `${read} of ${releases.length} read`;
  document.querySelectorAll("#all tbody tr").forEach((row, i) => {
    const labels = said.get(releases[i].id);
    row.cells[1].textContent = labels ? labels.join(", ") || "none" : "";
    if (i === place) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}
function go(to) {
  place = Math.min(Math.max(to, 0), releases.length - 1);
  show();
  at("release").focus({ preventScroll: true });
  at("release").scrollIntoView({ block: "start" });
}
function choose(theme) {
  undone.push({ place, chosen: chosen && [...chosen], before: said.get(releases[place].id) });
  if (theme === null) chosen = [];
  else if (chosen?.includes(theme)) chosen = chosen.filter((name) => name !== theme);
  else chosen = themes.filter((name) => name === theme || chosen?.includes(name));
  showChoice();
}
function next() {
  if (chosen === null) return;
  undone.push({ place, chosen: [...chosen], before: said.get(releases[place].id) });
  said.set(releases[place].id, chosen);
  keep();
  const later = releases.findIndex((r, i) => i > place && !said.has(r.id));
  const first = releases.findIndex((r) => !said.has(r.id));
  go(later >= 0 ? later : first >= 0 ? first : place);
}
function undo() {
  const last = undone.pop();
  if (!last) return;
  const { id } = releases[last.place];
  if (last.before === undefined) said.delete(id);
  else said.set(id, last.before);
  keep();
  if (last.place !== place) go(last.place);
  chosen = last.chosen;
  showChoice();
}
function exported() {
  const cell = (text) => `"${String(text).replace(/"/g, '""')}"`;
  const rows = releases.filter((r) => said.has(r.id)).map((r) =>
    [r.id, r.title, said.get(r.id).join(";") || "none", r.text]);
  return [["id", "title", "theme", "text"], ...rows]
    .map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

themes.forEach((theme, k) => {
  const button = element("button", "", KEYS[k] ? [element("kbd", KEYS[k]), ` ${theme}`] : [theme]);
  button.dataset.theme = theme;
  button.addEventListener("click", (event) => {
    choose(theme);
    // After a click of the mouse, Enter goes on; a button that was pressed by a key stays.
    if (event.detail) button.blur();
  });
  at("themes").append(button);
});
releases.forEach((release, i) => {
  const link = element("button", release.title || release.text.slice(0, 60));
  link.addEventListener("click", () => go(i));
  const row = element("tr", "", [element("td", "", [link]), element("td")]);
  at("all").tBodies[0].append(row);
});
at("none").addEventListener("click", () => choose(null));
at("next").addEventListener("click", next);
at("skip").addEventListener("click", () => go(place + 1));
at("back").addEventListener("click", () => go(place - 1));
at("undo").addEventListener("click", undo);
at("export").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + exported()], { type: "text/csv" }));
  link.download = "read.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !releases.length) return;
  const key = event.key.toLowerCase();
  const does = { n: () => choose(null), s: () => go(place + 1), b: () => go(place - 1), u: undo };
  // On a button or a link, Enter presses it.
  if (key === "enter" && !event.target.closest("a, button")) does.enter = next;
  const theme = key.length === 1 ? themes[KEYS.indexOf(key)] : undefined;
  const act = does[key] ?? (KEYS.includes(key) && theme !== undefined ? () => choose(theme) : null);
  if (!act) return;
  event.preventDefault();
  act();
});
if (releases.length) show();
else at("progress").textContent = "0 of 0 read";
