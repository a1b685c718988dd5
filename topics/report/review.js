"use strict";
const { themes, releases } = JSON.parse(document.getElementById("data").textContent);
const KEYS = "123456789acdefghijklmoprtvwxyz";  // b, n, s and u do something else
const at = (id) => document.getElementById(id);

// What was said, by the id of the release; a page of other releases has a store of its own.
const store = `topics-review:${releases.map((r) => r.id).join("|")}`;
let said = {};
let undone = [];
try {
  said = JSON.parse(localStorage.getItem(store)) || {};
  localStorage.setItem(store, JSON.stringify(said));
} catch {
  at("storage").hidden = false;
}
function keep() {
  try {
    localStorage.setItem(store, JSON.stringify(said));
  } catch {
    at("storage").hidden = false;
  }
}

let place = Math.max(releases.findIndex((r) => !(r.id in said)), 0);
let chosen = null;  // themes chosen for the release that is shown; null: nothing yet

function element(name, text = "", parts = []) {
  const made = document.createElement(name);
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
  chosen = release.id in said ? [...said[release.id]] : null;
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
  const read = releases.filter((r) => r.id in said).length;
  at("progress").textContent = `${read} of ${releases.length} read`;
  document.querySelectorAll("#all tbody tr").forEach((row, i) => {
    const labels = said[releases[i].id];
    row.cells[1].textContent = labels ? labels.join(", ") || "none" : "";
    row.toggleAttribute("aria-current", i === place);
  });
}
function go(to) {
  place = Math.min(Math.max(to, 0), releases.length - 1);
  show();
  at("release").focus({ preventScroll: true });
  at("release").scrollIntoView({ block: "start" });
}
function choose(theme) {
  undone.push({ place, chosen: chosen && [...chosen], before: said[releases[place].id] });
  if (theme === null) chosen = [];
  else if (chosen?.includes(theme)) chosen = chosen.filter((name) => name !== theme);
  else chosen = themes.filter((name) => name === theme || chosen?.includes(name));
  showChoice();
}
function next() {
  if (chosen === null) return;
  undone.push({ place, chosen: [...chosen], before: said[releases[place].id] });
  said[releases[place].id] = chosen;
  keep();
  const later = releases.findIndex((r, i) => i > place && !(r.id in said));
  const first = releases.findIndex((r) => !(r.id in said));
  go(later >= 0 ? later : first >= 0 ? first : place);
}
function undo() {
  const last = undone.pop();
  if (!last) return;
  const { id } = releases[last.place];
  if (last.before === undefined) delete said[id];
  else said[id] = last.before;
  keep();
  if (last.place !== place) go(last.place);
  chosen = last.chosen;
  showChoice();
}
function exported() {
  const cell = (text) => `"${String(text).replace(/"/g, '""')}"`;
  const rows = releases.filter((r) => r.id in said).map((r) =>
    [r.id, r.title, said[r.id].join(";") || "none", r.text]);
  return [["id", "title", "theme", "text"], ...rows]
    .map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

themes.forEach((theme, k) => {
  const button = element("button", "", KEYS[k] ? [element("kbd", KEYS[k]), ` ${theme}`] : [theme]);
  button.dataset.theme = theme;
  button.addEventListener("click", () => choose(theme));
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
  const onButton = event.target.closest("button");
  const key = event.key.toLowerCase();
  const does = { n: () => choose(null), s: () => go(place + 1), b: () => go(place - 1), u: undo };
  // On a button, Enter presses it.
  if (key === "enter" && !(onButton && onButton.closest("table, header"))) does.enter = next;
  const theme = key.length === 1 ? themes[KEYS.indexOf(key)] : undefined;
  const act = does[key] ?? (KEYS.includes(key) && theme !== undefined ? () => choose(theme) : null);
  if (!act) return;
  event.preventDefault();
  act();
});
if (releases.length) show();
else at("progress").textContent = "0 of 0 read";
