// What may run in a browser bundles for one: no Node.js module, no native package, and of a size that a page can bear.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A bundle of entries of `dist`: its size in kB, minified, and what it could not hold. */
async function bundle(code: string): Promise<{ kilobytes: number; outside: string[] }> {
  const outside: string[] = [];
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(root, "dist"), loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "outside",
        setup({ onResolve }) {
          onResolve({ filter: /^(node:|sharp$|koffi$|onnxruntime-node$)/ }, ({ path, importer, kind }) => {
            outside.push(`${path} (${kind}) in ${importer.replace(`${dirname(join(root, "x"))}/`, "")}`);
            return { path, external: true };
          });
        },
      },
    ],
  });
  return { kilobytes: outputFiles[0]!.contents.length / 1000, outside };
}

test.each([
  ["optimizers", `export { AdamW, SGD } from "./optim/index.js"`, 110],
  ["a network", `export { createResNet } from "./models/index.js"`, 120],
  ["all networks", `export { ClassificationModel } from "./models/index.js"`, 210],
  ["metrics", `export { MulticlassAccuracy } from "./metrics/index.js"`, 15],
  [
    "everything that trains",
    `export * as graph from "./graph/index.js"; export * as autodiff from "./autodiff/index.js";
     export * as nn from "./nn/index.js"; export * as models from "./models/index.js";
     export * as optim from "./optim/index.js"; export * as onnx from "./onnx/index.js";
     export { TrainingEngine } from "./train/engine/engine.js"; export { FitLoop } from "./train/fit/fit-loop.js";
     export { referenceRuntime } from "./runtime/reference/index.js";
     export { webgpuRuntime } from "./runtime/webgpu/index.js";`,
    550,
  ],
])("%s", async (_, code, limit) => {
  const { kilobytes, outside } = await bundle(code);
  expect(outside).toEqual([]);
  expect(kilobytes).toBeLessThan(limit);
});
