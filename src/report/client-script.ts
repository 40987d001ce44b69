// What the report does in the browser: choosing cells, showing the pictures behind them, sorting, filtering.

/** Pictures shown at first, and by each press of the button below them. */
const PAGE = 48;

/** Plain JavaScript. @param pictures what is done with the page's data: it defines `figure`, which draws a sample */
export function clientScript(pictures: string): string {
  return `
"use strict";
{
const byId = (id) => document.getElementById(id);
const read = (id) => { const found = byId(id); return found ? JSON.parse(found.textContent) : []; };
const make = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const percent = (share) => share === null ? "n/a" : (share * 100).toFixed(1) + "\\u00a0%";
// Pictures as figures, the first of them, more with the button.
function fill(list, chosen, button, size = ${PAGE}) {
  let shown = 0;
  const page = () => {
    list.append(...chosen.slice(shown, shown + size).map(figure));
    shown += size;
    if (button) button.hidden = shown >= chosen.length;
  };
  list.replaceChildren();
  page();
  if (button) button.onclick = page;
}

// A loss that is no number comes as null, and is the worst of all.
const worth = ({ loss }) => (loss === null ? Infinity : loss);
const worstFirst = (samples) => samples.slice().sort((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)));

${pictures}
for (const table of document.querySelectorAll(".sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").onclick = () => {
      const descending = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : column > 0;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.v;
      const compare = (a, b) => key(a) === undefined
        ? a.cells[column].textContent.localeCompare(b.cells[column].textContent)
        : key(a) - key(b);
      const rows = [...table.tBodies[0].rows].sort((a, b) => (descending ? -1 : 1) * compare(a, b));
      table.tBodies[0].append(...rows);
    };
  });
}

const search = byId("search");
if (search) search.oninput = () => {
  const wanted = search.value.toLowerCase();
  for (const row of byId("settings").tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
};

const tip = make("div");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);
for (const chart of document.querySelectorAll("[data-hover]")) {
  const points = JSON.parse(chart.dataset.hover);
  const cursor = chart.querySelector(".cursor");
  chart.onpointermove = (event) => {
    const box = chart.getBoundingClientRect();
    const x = (event.clientX - box.left) * chart.viewBox.baseVal.width / box.width;
    const near = points.reduce((a, b) => Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a);
    cursor.setAttribute("transform", "translate(" + near.x + " 0)");
    cursor.setAttribute("visibility", "visible");
    tip.textContent = near.text.join("\\n");
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 6)) + "px";
    tip.style.top = Math.max(4, event.clientY - tip.offsetHeight - 10) + "px";
  };
  chart.onpointerleave = () => { tip.hidden = true; cursor.setAttribute("visibility", "hidden"); };
}
}
`;
}

/** Pictures of one class each: their data is in the elements `samples` and `class-names`. */
export const CLASS_PICTURES: string = `
const classNames = read("class-names");
const samples = read("samples").map(([name, truth, predicted, confidence, loss, picture]) =>
  ({ name, truth, predicted, confidence, loss, picture }));

function figure({ name, truth, predicted, confidence, loss, picture }) {
  const right = truth === predicted;
  const made = make("figure", right ? "pic" : "pic wrong");
  const frame = make("div", "frame", picture ? undefined : "picture left out");
  if (picture) {
    const image = make("img");
    image.loading = "lazy";
    image.src = picture;
    image.alt = classNames[truth] + ", taken for " + classNames[predicted];
    frame.append(image);
  }
  const caption = make("figcaption");
  caption.append(make("b", "", (right ? "\\u2713 " : "\\u2717 ") + classNames[predicted]), " " + percent(confidence));
  if (!right) caption.append(make("span", "", "true: " + classNames[truth]));
  caption.append(make("span", "", "loss " + (loss === null ? "n/a" : Number(loss.toPrecision(3)))));
  made.title = name;
  made.append(frame, caption);
  return made;
}

const byLoss = worstFirst(samples);
const top = byId("top-losses");
if (top) fill(top, byLoss.slice(0, 24));

const matrix = byId("matrix");
if (matrix) {
  const [truth, predicted] = [byId("truth"), byId("predicted")];
  for (const select of [truth, predicted]) {
    classNames.forEach((name, c) => select.append(new Option(name, c)));
    select.onchange = () => show();
  }
  const show = () => {
    const [t, p] = [truth.value, predicted.value];
    const everything = t === "" && p === "";
    const chosen = byLoss.filter((sample) =>
      everything ? sample.truth !== sample.predicted
        : (t === "" || sample.truth === Number(t)) && (p === "" || sample.predicted === Number(p)));
    const count = chosen.length + (chosen.length === 1 ? " picture" : " pictures");
    byId("found").textContent = everything ? "All mistakes: " + count
      : count + [t === "" ? "" : ", true " + classNames[t], p === "" ? "" : ", predicted " + classNames[p]].join("");
    fill(byId("gallery"), chosen, byId("more"));
    for (const cell of matrix.querySelectorAll(".chosen")) cell.classList.remove("chosen");
    if (t !== "" && p !== "") matrix.querySelector('[data-t="' + t + '"][data-p="' + p + '"]')?.classList.add("chosen");
  };
  const choose = (t, p) => { truth.value = t; predicted.value = p; show(); };
  matrix.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) choose(cell.dataset.t, cell.dataset.p);
  });
  for (const button of document.querySelectorAll("[data-pair]"))
    button.onclick = () => choose(...button.dataset.pair.split(","));
  for (const button of document.querySelectorAll("[data-show]"))
    button.onclick = () => { choose(button.dataset.show, ""); byId("confusion").scrollIntoView(); };
  byId("mistakes").onclick = () => choose("", "");
  show();
}
`;
