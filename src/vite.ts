// A plugin for vite, with what a page that trains wants of it: `plugins: [classifierTraining()]`.

/** What of a plugin of vite's is used; `Plugin` of every version of vite from 5 on takes it. */
export interface ClassifierTrainingPlugin {
  readonly name: string;
  readonly enforce: "pre";
  config(): object;
  resolveId(id: string, importer: string | undefined): string | undefined;
  load(id: string): string | undefined;
}

const NOTHING = "\0classifier-training:nothing";

/** Lets a page share memory between threads: https://web.dev/coop-coep. */
const ISOLATION: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const NAMED = { output: { keepNames: true } };

/**
 * - `vite` and `vite preview` send the headers of cross-origin isolation, which threads in WebAssembly need; what serves
 *   the built page must send them too.
 * - Web workers are ES modules.
 * - Classes keep their names where scripts are made small: transforms are described by them in what is exported.
 * - `fs` and `path`, which the JPEG decoder would load in Node.js, are empty, without a warning.
 */
export function classifierTraining(): ClassifierTrainingPlugin {
  return {
    name: "classifier-training",
    enforce: "pre",
    config: () => ({
      server: { headers: ISOLATION },
      preview: { headers: ISOLATION },
      worker: { format: "es", rolldownOptions: NAMED },
      // Their assets lie beside them, where the dependencies that vite bundles beforehand do not.
      optimizeDeps: { exclude: ["classifier-training", "onnxruntime-web"] },
      build: { chunkSizeWarningLimit: 2500, rolldownOptions: NAMED },
    }),
    resolveId: (id, importer) =>
      (id === "fs" || id === "path") && importer?.includes("codec-libjpeg-turbo") === true
        ? NOTHING
        : undefined,
    load: (id) => (id === NOTHING ? "export default {}" : undefined),
  };
}
