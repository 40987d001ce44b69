// The example page is bundled by vite from the built package without a warning, and its threads get what they use.
import { basename, join } from "node:path";
import { build, createLogger } from "vite";
import { expect, test } from "vitest";

test("examples/browser", async () => {
  const logger = createLogger("warn");
  const warnings: string[] = [];
  logger.warn = (message) => void warnings.push(message);
  logger.warnOnce = logger.warn;
  const result = await build({
    configFile: join(import.meta.dirname, "../../examples/browser/vite.config.ts"),
    customLogger: logger,
    // A busy machine would be told which plugin took how long.
    build: { write: false, rolldownOptions: { checks: { pluginTimings: false } } },
    worker: { rolldownOptions: { checks: { pluginTimings: false } } },
  });
  expect(warnings).toEqual([]);
  const { output } = result as {
    output: readonly { fileName: string; code?: string; source?: string | Uint8Array }[];
  };
  const kilobytes = (name: string): number => {
    const found = output.find(
      ({ fileName }) => basename(fileName).startsWith(`${name}-`) && fileName.endsWith(".js"),
    );
    return (found?.code ?? found?.source)!.length / 1000;
  };
  // The page only lists files and hands them out; its worker trains.
  expect(kilobytes("index")).toBeLessThan(15);
  expect(kilobytes("training")).toBeLessThan(900);
});
