// The page: hands files and settings to the worker and shows what it says.
import { download, droppedFiles, type PageFile, pickedFiles } from "classifier-training/browser";
import { drawCurve, type EpochValues } from "./curve.ts";
import type { Reply, Request, Settings } from "./messages.ts";

const find = <E extends Element>(id: string): E => document.querySelector<E>(`#${id}`)!;
const show = (id: string, visible: boolean): void => {
  find(id).toggleAttribute("hidden", !visible);
};
const say = (text: string, isError = false): void => {
  const message = find("message");
  message.textContent = text;
  message.classList.toggle("error", isError);
};

const worker = new Worker(new URL("./training.ts", import.meta.url), { type: "module" });
const post = (request: Request): void => worker.postMessage(request);

const epochs: EpochValues[] = [];
let made: Extract<Reply, { kind: "trained" }> | undefined;

function setTraining(isTraining: boolean): void {
  find<HTMLButtonElement>("start").disabled = isTraining;
  show("stop", isTraining);
  if (isTraining) show("resume", false);
}

function open(files: readonly PageFile[]): void {
  say(`Looking at ${files.length} files …`);
  post({ kind: "open", files });
}

function settings(): Settings {
  const form = new FormData(find<HTMLFormElement>("settings"));
  const number = (name: string): number => Number(form.get(name));
  return {
    architecture: form.get("architecture") as Settings["architecture"],
    runtime: form.get("runtime") as Settings["runtime"],
    imageSize: number("imageSize"),
    batchSize: number("batchSize"),
    maxEpochs: number("maxEpochs"),
  };
}

function train(resume: boolean): void {
  if (!resume) epochs.length = 0;
  show("progress", true);
  setTraining(true);
  say("Starting …");
  post({ kind: "train", settings: settings(), resume });
}

function receive(reply: Reply): void {
  switch (reply.kind) {
    case "opened":
      find("classes").innerHTML = "";
      for (const [name, count] of reply.classes) {
        const [pair, term, value] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
        [term!.textContent, value!.textContent] = [name, `${count} to train on`];
        pair!.append(term!, value!);
        find("classes").append(pair!);
      }
      show("classes", true);
      show("resume", reply.resumable);
      find<HTMLButtonElement>("start").disabled = false;
      say("Ready.");
      return;
    case "started":
      say(reply.notice);
      return;
    case "step":
      find("loss").textContent = reply.loss.toFixed(3);
      find("rate").textContent = reply.rate.toFixed(1);
      find<HTMLProgressElement>("bar").value = reply.done;
      return;
    case "epoch":
      epochs.push(reply);
      find("epoch").textContent = String(reply.epoch + 1);
      find("accuracy").textContent =
        reply.accuracy === undefined ? "–" : `${(100 * reply.accuracy).toFixed(1)} %`;
      find("curve").innerHTML = drawCurve(epochs);
      return;
    case "trained":
      made = reply;
      setTraining(false);
      show("use", true);
      show("resume", reply.status === "interrupted");
      say(reply.status === "interrupted" ? "Stopped; it can go on from here." : "Trained.");
      return;
    case "classified":
      find("ranking").replaceChildren(
        ...reply.predictions.map(({ label, confidence }) => {
          const row = document.createElement("li");
          row.style.setProperty("--share", String(confidence));
          row.append(
            label,
            Object.assign(document.createElement("b"), { textContent: `${(100 * confidence).toFixed(1)} %` }),
          );
          return row;
        }),
      );
      show("prediction", true);
      return;
    case "failed":
      setTraining(false);
      show("resume", reply.resumable);
      say(reply.message, true);
  }
}

function classify(picture: Blob): void {
  find<HTMLImageElement>("shown").src = URL.createObjectURL(picture);
  post({ kind: "classify", picture });
}

/** Lets things be dropped on an element. */
function onDrop(id: string, take: (dropped: DataTransfer) => void): void {
  const target = find<HTMLElement>(id);
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    target.classList.add("over");
  });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("over");
    if (event.dataTransfer !== null) take(event.dataTransfer);
  });
}

worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(data);
onDrop("drop", (dropped) => void droppedFiles(dropped).then(open));
onDrop("dropPicture", ({ files }) => files[0] && classify(files[0]));
find<HTMLInputElement>("folder").onchange = ({ target }) =>
  open(pickedFiles((target as HTMLInputElement).files!));
find<HTMLInputElement>("picture").onchange = ({ target }) =>
  classify((target as HTMLInputElement).files![0]!);
find<HTMLFormElement>("settings").onsubmit = (event) => {
  event.preventDefault();
  train(false);
};
find<HTMLButtonElement>("resume").onclick = () => train(true);
find<HTMLButtonElement>("stop").onclick = () => post({ kind: "stop" });
find<HTMLButtonElement>("model").onclick = () => made && download("model.onnx", made.model);
find<HTMLButtonElement>("labels").onclick = () => made && download("labels_mapping.json", made.labels);
find<HTMLButtonElement>("report").onclick = () => made && download("report.html", made.report);
