// The settings of the test runner.
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Native libraries (onnxruntime, oneDNN, libvips) keep process-wide state: one process per file.
    globalSetup: "test/build.ts",
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Far above what anything takes: a busy machine must not make a test fail.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
export default config;
