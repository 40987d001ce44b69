// What a report of several labels does in the browser: the threshold's slider, and pictures by label.

/** Pictures with their labels that are shown at first, and by each press of the button below them. */
const PAGE = 18;

/** The part of the page's script that reads `class-names`, `samples` and `label-curves`. */
export const LABEL_PICTURES: string = `
const labelNames = read("class-names");
// Each outcome as pairs of label and probability.
const samples = read("samples").map(([name, right, missed, extra, loss, picture]) =>
  ({ name, right, missed, extra, loss, picture }));

function tag(kind, sign, [label, probability]) {
  const made = make("span", "tag " + kind, sign + " " + labelNames[label]);
  made.append(make("i", "", percent(probability)));
  return made;
}

function figure({ name, right, missed, extra, loss, picture }) {
  const wrong = missed.length + extra.length > 0;
  const made = make("figure", wrong ? "pic wrong" : "pic");
  const frame = make("div", "frame", picture ? undefined : "picture left out");
  const names = (pairs) => pairs.map(([label]) => labelNames[label]).join(", ");
  if (picture) {
    const image = make("img");
    image.loading = "lazy";
    image.src = picture;
    image.alt = "shows " + (names([...right, ...missed]) || "no label") + (extra.length ? "; also said: " + names(extra) : "");
    frame.append(image);
  }
  const caption = make("figcaption");
  for (const pair of missed) caption.append(tag("miss", "\\u2212", pair));
  for (const pair of extra) caption.append(tag("extra", "+", pair));
  for (const pair of right) caption.append(tag("hit", "\\u2713", pair));
  if (!wrong && right.length === 0) caption.append(make("span", "tag hit", "\\u2713 no label"));
  caption.append(make("span", "loss", "loss " + (loss === null ? "n/a" : Number(loss.toPrecision(3)))));
  made.title = name;
  made.append(frame, caption);
  return made;
}

const byLoss = worstFirst(samples);
const top = byId("top-losses");
if (top) fill(top, byLoss.slice(0, ${PAGE}));

const gallery = byId("gallery");
if (gallery) {
  const [label, outcome, beside] = [byId("label"), byId("outcome"), byId("beside")];
  const kinds = { wrong: ["missed", "extra"], missed: ["missed"], extra: ["extra"], right: ["right"], present: ["right", "missed"] };
  const words = { wrong: "missed or extra", missed: "missed", extra: "extra", right: "right", present: "present" };
  const has = (pairs, wanted) => pairs.some(([own]) => own === wanted);
  // How wrong a picture is about a label: 1 minus its probability where it is present, else that.
  const doubt = (sample, wanted) => {
    const pair = [...sample.right, ...sample.missed].find(([own]) => own === wanted);
    return pair ? 1 - pair[1] : sample.extra.find(([own]) => own === wanted)[1];
  };
  const show = () => {
    const wanted = label.value === "" ? undefined : Number(label.value);
    const near = beside.value === "" ? undefined : Number(beside.value);
    const found = byLoss.filter((sample) =>
      kinds[outcome.value].some((kind) => wanted === undefined ? sample[kind].length > 0 : has(sample[kind], wanted)) &&
      (near === undefined || has(sample.right, near) || has(sample.missed, near)));
    if (wanted !== undefined) found.sort((a, b) => doubt(b, wanted) - doubt(a, wanted));
    byId("found").textContent = found.length + (found.length === 1 ? " picture" : " pictures") + ": " +
      (wanted === undefined ? "some label " : labelNames[wanted] + " ") + words[outcome.value] +
      (near === undefined ? "" : ", beside " + labelNames[near]);
    fill(gallery, found, byId("more"), ${PAGE});
  };
  const choose = (wanted, kind, near) => {
    label.value = wanted; outcome.value = kind; beside.value = near;
    show();
    byId("pictures").scrollIntoView();
  };
  for (const select of [label, outcome, beside]) select.onchange = show;
  for (const button of document.querySelectorAll("[data-show]"))
    button.onclick = () => choose(button.dataset.show, "wrong", "");
  for (const button of document.querySelectorAll("[data-both]"))
    button.onclick = () => { const [a, b] = button.dataset.both.split(","); choose(a, "missed", b); };
  for (const [id, kind] of [["together-matrix", "present"], ["missed-matrix", "missed"], ["extra-matrix", "extra"]]) {
    const matrix = byId(id);
    if (matrix) matrix.addEventListener("click", (event) => {
      const cell = event.target.closest(".cell");
      if (!cell) return;
      const { t, p } = cell.dataset;
      choose(p, kind, t === p ? "" : t);
    });
  }
  show();
}

const explorer = byId("explorer");
if (explorer) {
  const { common, labels } = read("label-curves");
  const [select, slider, point] = [byId("curve-label"), byId("curve-stop"), byId("curve-point")];
  const share = (part, whole) => (whole === 0 ? null : part / whole);
  let current;
  const at = (i) => {
    const { tp, fp, positives } = current;
    const precision = share(tp[i], tp[i] + fp[i]);
    const recall = share(tp[i], positives);
    return { precision, recall, f1: share(2 * tp[i], tp[i] + fp[i] + positives) };
  };
  const move = () => {
    const i = Number(slider.value);
    const { tp, fp, positives, negatives, stops } = current;
    const { precision, recall, f1 } = at(i);
    const threshold = Number(stops[i].toFixed(4));
    byId("curve-value").textContent = threshold;
    slider.setAttribute("aria-valuetext", "threshold " + threshold + ", precision " + percent(precision) + ", recall " + percent(recall));
    for (const [id, value] of Object.entries({ precision, recall, f1 })) byId("at-" + id).textContent = percent(value);
    for (const [id, value] of Object.entries({ tp: tp[i], fp: fp[i], fn: positives - tp[i], tn: negatives - fp[i] }))
      byId("at-" + id).textContent = value.toLocaleString("en-US");
    const { left, top, width, height } = point.dataset;
    point.setAttribute("visibility", precision === null || recall === null ? "hidden" : "visible");
    point.setAttribute("cx", Number(left) + (recall ?? 0) * width);
    point.setAttribute("cy", Number(top) + (1 - (precision ?? 0)) * height);
  };
  const stop = (i) => { slider.value = i; move(); };
  const own = () => stop(current.stops.indexOf(current.own));
  const draw = () => {
    const { own: threshold, score, positives, negatives, tp, fp, points } = labels[select.value];
    current = { own: threshold, positives, negatives, tp, fp, stops: [...new Set([...common, threshold])].sort((a, b) => a - b) };
    slider.max = current.stops.length - 1;
    byId("curve-title").textContent = labelNames[select.value] + ": precision and recall";
    byId("curve-score").textContent = score === null ? "never present: there is no curve" : "average precision " + percent(score);
    const place = ([recall, precision]) => recall + " " + (1 - precision);
    byId("curve").setAttribute("d", points.length === 0 ? "" : "M" + place([0, points[0][1]]) + points.map((each) => "L" + place(each)).join(""));
    // What naming the label at random gives.
    byId("curve-base").setAttribute("d", positives === 0 ? "" : "M0 " + negatives / (positives + negatives) + "H1");
    own();
  };
  select.onchange = draw;
  slider.oninput = move;
  byId("curve-own").onclick = own;
  byId("curve-best").onclick = () => {
    const all = current.stops.map((_, i) => at(i).f1 ?? -1);
    const best = Math.max(...all);
    // Of equals the one nearest to a half.
    const equal = all.map((f1, i) => i).filter((i) => all[i] === best);
    stop(equal.reduce((a, b) => Math.abs(current.stops[b] - 0.5) < Math.abs(current.stops[a] - 0.5) ? b : a));
  };
  if (labels.length > 0) draw();
}
`;
