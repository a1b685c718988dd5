"use strict";
const words = JSON.parse(document.getElementById("words").textContent);

// Words by relevance, as LDAvis has it: their share of the topic, and how much it is the topic's.
function showWords(section) {
  const mix = Number(section.querySelector("input[type=range]").value) / 100;
  const scored = words[section.dataset.topic].map(([word, share, lift]) =>
    [mix * Math.log(share) + (1 - mix) * Math.log(lift), word, share]);
  scored.sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1));
  const list = section.querySelector(".words");
  list.replaceChildren();
  const shown = scored.slice(0, 20);
  const most = Math.max(...shown.map((row) => row[2]), 1e-9);
  for (const [, word, share] of shown) {
    const item = document.createElement("li");
    const bar = document.createElement("span");
    bar.style.width = `${(6 * share / most).toFixed(2)}rem`;
    item.append(bar, word);
    list.append(item);
  }
  section.querySelector("output").textContent = mix.toFixed(2);
}
for (const section of document.querySelectorAll("[data-topic]")) {
  section.querySelector("input[type=range]").addEventListener("input", () => showWords(section));
  showWords(section);
}

function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
// A spreadsheet runs what begins so, unless it is a number.
function harmless(text) {
  return /^[=+\-@]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? `'${text}` : text;
}
function asCsv(table) {
  const cell = (text) => `"${harmless(text.trim().replace(/\s+/g, " ")).replace(/"/g, '""')}"`;
  return [...table.rows].map((row) =>
    [...row.cells].map((c) => cell(c.textContent)).join(",")).join("\r\n");
}
for (const button of document.querySelectorAll("button[data-csv]")) {
  button.addEventListener("click", () => {
    const table = document.getElementById(button.dataset.csv);
    download(`${button.dataset.csv}.csv`, new Blob(["\ufeff" + asCsv(table)], { type: "text/csv" }));
  });
}
for (const button of document.querySelectorAll("button[data-png]")) {
  button.addEventListener("click", () => {
    const svg = button.closest("figure").querySelector("svg").cloneNode(true);
    const box = svg.viewBox.baseVal;
    const style = getComputedStyle(document.body);
    svg.setAttribute("width", box.width);
    svg.setAttribute("height", box.height);
    svg.style.color = style.color;
    const rule = document.createElementNS("http://www.w3.org/2000/svg", "style");
    rule.textContent = `text{fill:${style.color};font-family:sans-serif}`;
    svg.prepend(rule);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * box.width;
      canvas.height = 2 * box.height;
      const context = canvas.getContext("2d");
      context.fillStyle = style.backgroundColor;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => download(`${button.dataset.png}.png`, blob));
    };
    const source = new XMLSerializer().serializeToString(svg);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  });
}

const search = document.getElementById("search");
if (search) {
  const rows = [...document.querySelectorAll("#releases tbody tr")];
  const [text, theme, topic] = ["text", "theme", "topic"].map((n) => document.getElementById(n));
  const count = document.getElementById("count");
  const filter = () => {
    const wanted = text.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const has = (!wanted || row.textContent.toLowerCase().includes(wanted))
        && (!theme || !theme.value || JSON.parse(row.dataset.labels).includes(theme.value))
        && (!topic || !topic.value || row.dataset.topicName === topic.value);
      row.hidden = !has;
      shown += has;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  for (const control of [text, theme, topic]) control?.addEventListener("input", filter);
  filter();
}
