// The settings of `npm run test:endurance`: what `npm test` does a few times, as often as it is promised.
import { defineConfig, type ViteUserConfig } from "vitest/config";
import base from "./vitest.config.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    ...base.test,
    include: ["test/endurance/*.test.ts"],
    env: { ENDURANCE: "full" },
    testTimeout: 30 * 60_000,
    reporters: ["verbose"],
  },
});
export default config;
