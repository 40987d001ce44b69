// The settings of the test runner.
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Native libraries (onnxruntime, oneDNN, libvips) keep process-wide state: one process per file.
    globalSetup: "test/build.ts",
    alias: [
      {
        find: /^(\.|.*\/platform)\/threads\.ts$/,
        replacement: fileURLToPath(new URL("test/support/compiled-threads.ts", import.meta.url)),
      },
    ],
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Far above what anything takes: a busy machine must not make a test fail.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
export default config;
