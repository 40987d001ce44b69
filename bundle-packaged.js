// Bundles what packaged classifiers run on, once for Node.js and once for pages: `npm run build` does it.
import { join } from "node:path";
import { build } from "esbuild";

const dist = join(import.meta.dirname, "dist");
const native = join(dist, "image", "native", "index.js");

/** Packages have decoders of their own, which load nothing of the system. */
const packagedDecoders = {
  name: "packaged-decoders",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /native\/index\.js$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === packagedDecoders) return undefined;
      const found = await resolve(path, { ...from, pluginData: packagedDecoders });
      return found.path === native ? { path: join(dist, "packaged", "native.js") } : found;
    });
  },
};

for (const [platform, plugins] of [
  ["node", [packagedDecoders]],
  ["browser", []],
]) {
  await build({
    entryPoints: [join(dist, "packaged", `${platform}.js`)],
    outfile: join(dist, "packaged", "bundles", `${platform}.js`),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform,
    plugins,
    packages: "external",
    legalComments: "none",
    banner: { js: "/* classifier-training, Apache-2.0 */" },
    logLevel: "warning",
  });
}
