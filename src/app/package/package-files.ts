// The text of a package's files.
import type { PackagedModel } from "../../packaged/model.ts";

/** What the files say. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly model: PackagedModel;
  /** Exact versions of what the package depends on. */
  readonly versions: Readonly<Record<string, string>>;
  /** Bytes of the model. */
  readonly bytes: number;
  /** Of this toolkit. */
  readonly toolkit: string;
  /** Whether pictures are part of it, which its test needs. */
  readonly tested: boolean;
}

/** Files by path. */
export function packageFiles(facts: PackageFacts): ReadonlyMap<string, string> {
  return new Map([
    ["package.json", `${JSON.stringify(manifest(facts), null, 2)}\n`],
    ["model.js", `export const model = ${JSON.stringify(facts.model)};\n`],
    ["index.js", entry("node")],
    ["index.browser.js", entry("browser")],
    ["index.d.ts", types(facts)],
    ["README.md", readme(facts)],
    ["test/compare.js", compare(facts)],
    ...(facts.tested ? [["test/node.test.js", NODE_TEST] as const] : []),
    ["example/index.html", page(facts)],
    ["example/page.js", pageScript(facts)],
  ]);
}

function manifest({ name, version, license, versions, model, toolkit, tested }: PackageFacts): object {
  const { "@cornerstonejs/codec-libjpeg-turbo-8bit": codec, ...runtimes } = versions;
  return {
    name,
    version,
    description: `${tellsSeveral({ model }) ? "Tells which labels pictures have" : "Classifies pictures"}: ${shortList(model.labels)}.`,
    license,
    type: "module",
    sideEffects: false,
    exports: {
      ".": { types: "./index.d.ts", browser: "./index.browser.js", default: "./index.js" },
      "./package.json": "./package.json",
    },
    files: ["*.js", "*.d.ts", "*.onnx", "runtime", "example", "test"],
    engines: { node: ">=20.19" },
    ...(tested ? { scripts: { test: "node --test test/node.test.js" } } : {}),
    dependencies: { "@cornerstonejs/codec-libjpeg-turbo-8bit": codec },
    optionalDependencies: runtimes,
    keywords: ["image-classification", "onnx"],
    madeWith: `classifier-training ${toolkit}`,
  };
}

function entry(platform: "node" | "browser"): string {
  return `import { model } from "./model.js";
import { create } from "./runtime/${platform}.js";

const { labels } = model;
const { classify, load, close } = create(model, new URL("./model.onnx", import.meta.url));
export { classify, close, labels, load };
`;
}

function types({ model }: PackageFacts): string {
  const labels = model.labels.map((label) => JSON.stringify(label));
  const several = tellsSeveral({ model });
  return `/** The ${several ? "labels that a picture may have" : "classes"}. */
export type Label = ${labels.join(" | ")};

/** All of them, in the order of the network's results. */
export declare const labels: readonly [${labels.join(", ")}];

/** A ${several ? "label" : "class"} and how likely it is. */
export interface Prediction {
  readonly label: Label;
  /** In [0, 1]. */
  readonly confidence: number;${
    several
      ? `
  /** Whether the picture is said to have it: the confidence is above the threshold that was chosen for it, or 0.5. */
  readonly present: boolean;`
      : ""
  }
  /** Why this, the likeliest class, is not to be relied on, where the model was calibrated to say so. */
  readonly unsure?: "unconfident" | "unfamiliar";
}

/** Rows of pixels of 3 or 4 bytes each, such as ImageData. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** What a canvas draws (in pages): ImageBitmap, a canvas, an image or video element, VideoFrame. */
export type Drawable =
  | { readonly width: number; readonly height: number }
  | { readonly videoWidth: number; readonly videoHeight: number }
  | { readonly displayWidth: number; readonly displayHeight: number };

/** A File or other Blob. */
export interface BlobLike {
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file's path (in Node.js) or address (a string or URL), encoded bytes, pixels; in pages a blob or what a canvas draws. */
export type Picture =
  | string
  | { readonly href: string }
  | Uint8Array
  | ArrayBuffer
  | BlobLike
  | PixelData
  | Drawable;

${several ? SEVERAL : ONE}

/** Loads the model ahead of the first picture. */
export declare function load(): Promise<void>;

/** Frees the model; it is loaded again when it is next needed. */
export declare function close(): Promise<void>;
`;
}

const ONE = `/**
 * The likeliest classes of a picture, likeliest first; all of them unless \`topK\` says how many.
 * Rejects where the picture cannot be read, saying what is wrong with it.
 */
export declare function classify(picture: Picture, options?: { readonly topK?: number }): Promise<Prediction[]>;`;

const SEVERAL = `/** Which labels a picture has. */
export interface Classification {
  /** Those that are present, likeliest first; there may be none. */
  readonly labels: readonly Label[];
  /** All labels, likeliest first. */
  readonly predictions: readonly Prediction[];
}

/**
 * The labels of a picture, and what is said of each.
 * Rejects where the picture cannot be read, saying what is wrong with it.
 */
export declare function classify(picture: Picture): Promise<Classification>;`;

/** Whether a picture may have several labels. */
function tellsSeveral({ model }: Pick<PackageFacts, "model">): boolean {
  return model.thresholds !== undefined;
}

function readme({ name, license, model, bytes, toolkit }: PackageFacts): string {
  const purpose = tellsSeveral({ model })
    ? `Tells which of ${model.labels.length} labels pictures have`
    : `Classifies pictures into ${model.labels.length} classes`;
  const use = tellsSeveral({ model })
    ? `const { labels, predictions } = await classify("photo.jpg");
console.log(labels);    // those that are present, such as ${JSON.stringify(model.labels.slice(0, 2))}; there may be none
for (const { label, confidence, present } of predictions) console.log(label, confidence, present);`
    : `const [best] = await classify("photo.jpg");
console.log(best.label, best.confidence);`;
  return `# ${name}

${purpose}: ${shortList(model.labels)}.

\`\`\`js
import { classify } from "${name}";

${use}
\`\`\`

In Node.js a picture is a path, a URL, bytes (a \`Buffer\`) or \`{ width, height, data }\`; in a page a \`File\`, an address, bytes,
\`ImageData\`, an \`ImageBitmap\`, a canvas, an image or video element. The model (${(bytes / 1e6).toFixed(1)} MB) and what it computes
with are loaded when \`classify\` or \`load\` is first called. Pictures are prepared by the code that prepared them in training.

In Node.js it computes with \`onnxruntime-node\` and decodes with \`sharp\`; in pages with \`onnxruntime-web\`. They are optional
dependencies: an application for one of them can leave the others out. HEIC pictures need \`libheif-js\` beside it.
With vite, \`optimizeDeps: { exclude: ["${name}", "onnxruntime-web"] }\` lets the development server find the files beside them.

\`npm test\` compares the probabilities of the pictures in \`test/samples\` with those of the trained model;
\`npx vite --open example/\` shows them in a page, and classifies what is dropped there.

Licence: ${license}. Made with classifier-training ${toolkit}.
`;
}

function compare(facts: PackageFacts): string {
  const several = tellsSeveral(facts);
  return `/** The largest difference between what \`classify\` says of the sample pictures and what the trained model said. */
export async function largestDifference(classify, expected, read) {
  let largest = 0;
  for (const { file, probabilities${several ? ", labels: present" : ""} } of expected) {
    const ${several ? "{ labels, predictions }" : "predictions"} = await classify(await read(file));${
      several
        ? `
    if (labels.join() !== present.join()) return Infinity;`
        : ""
    }
    for (const { label, confidence } of predictions)
      largest = Math.max(largest, Math.abs(confidence - probabilities[label]));
    if (predictions.length !== Object.keys(probabilities).length) return Infinity;
  }
  return largest;
}
`;
}

const NODE_TEST = `import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { classify, close } from "../index.js";
import { largestDifference } from "./compare.js";

test("says of the sample pictures what the trained model said", async () => {
  const expected = JSON.parse(await readFile(new URL("samples/expected.json", import.meta.url), "utf8"));
  const read = (file) => new URL(\`samples/\${file}\`, import.meta.url);
  assert.ok((await largestDifference(classify, expected, read)) < 1e-4);
  await close();
});
`;

function page({ name }: PackageFacts): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(name)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  #drop { display: block; border: 2px dashed #999; border-radius: 8px; padding: 2rem 1rem; text-align: center; cursor: pointer; }
  #drop:focus-within { border-color: #06c; }
  #drop input { position: absolute; opacity: 0; width: 1px; }
  figure { display: flex; gap: 1rem; margin: 1rem 0; align-items: center; }
  img { width: 8rem; height: 8rem; object-fit: contain; background: #eee; border-radius: 4px; flex: none; }
  figcaption { white-space: pre-line; overflow-wrap: anywhere; }
</style>
<h1>${escapeHtml(name)}</h1>
<label id="drop">Drop pictures here, or choose some<input type="file" accept="image/*" multiple></label>
<p id="state" role="status">Loading the model...</p>
<main id="results"></main>
<script type="module" src="./page.js"></script>
</html>
`;
}

function pageScript(facts: PackageFacts): string {
  const named = tellsSeveral(facts)
    ? `const { labels, predictions } = await classify(picture);
    const named = predictions.filter(({ present }, rank) => present || (labels.length === 0 && rank === 0));
    caption.textContent = (labels.length === 0 ? "none; likeliest:\\n" : "") + named`
    : `const predictions = await classify(picture, { topK: 3 });
    caption.textContent = predictions`;
  return `// Classifies the sample pictures, compares with the trained model, and takes dropped ones.
import { classify, load } from "../index.browser.js";
import { largestDifference } from "../test/compare.js";
import expected from "../test/samples/expected.json";

const samples = import.meta.glob("../test/samples/*", { query: "?url", import: "default", eager: true });
const state = document.querySelector("#state");
const results = document.querySelector("#results");
const addressOf = (file) => samples[\`../test/samples/\${file}\`];

async function show(picture, address) {
  const figure = document.createElement("figure");
  const image = Object.assign(new Image(), { src: address, alt: "" });
  const caption = document.createElement("figcaption");
  figure.append(image, caption);
  results.prepend(figure);
  try {
    ${named}
      .map(({ label, confidence, unsure }) => \`\${unsure ? "unsure: " : ""}\${label} \${(confidence * 100).toFixed(1)} %\`)
      .join("\\n");
  } catch (error) {
    caption.textContent = error.message;
  }
}

const drop = document.querySelector("#drop");
const take = (files) => Promise.all(Array.from(files, (file) => show(file, URL.createObjectURL(file))));
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer.files);
});
drop.querySelector("input").addEventListener("change", ({ target }) => take(target.files));

try {
  await load();
  for (const { file } of expected) await show(addressOf(file), addressOf(file));
  const difference = await largestDifference(classify, expected, addressOf);
  state.textContent = \`Ready. Largest difference from the trained model on \${expected.length} pictures: \${difference.toExponential(1)}\`;
  state.dataset.difference = String(difference);
} catch (error) {
  state.textContent = error.message;
  state.dataset.error = error.message;
}
`;
}

function shortList(labels: readonly string[]): string {
  return labels.length <= 12
    ? labels.join(", ")
    : `${labels.slice(0, 11).join(", ")} and ${labels.length - 11} more`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
