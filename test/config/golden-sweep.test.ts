// The jobs that Hydra's basic sweeper makes, and the configuration of each.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compose, resolveConfig } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import { toPlain } from "../../src/config/node.ts";
import { expandSweep } from "../../src/config/sweeps/sweep.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

interface Case {
  readonly id: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly config_name?: string;
  readonly overrides: readonly string[];
  readonly max_batch_size?: number;
  readonly order?: "any";
  readonly expect: {
    readonly batches?: readonly (readonly (readonly string[])[])[];
    readonly configs?: readonly unknown[];
    readonly error?: { readonly class: string };
  };
}

const { cases } = JSON.parse(
  readFileSync(new URL("../golden/config/sweep.json", import.meta.url), "utf8"),
) as {
  cases: Case[];
};

const scratch = mkdtempSync(join(tmpdir(), "sweep-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("golden sweep", () => {
  for (const testCase of cases) {
    it(testCase.id, () => {
      const root = join(scratch, testCase.id);
      mkdirSync(root, { recursive: true });
      for (const [path, text] of Object.entries(testCase.files ?? {})) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const settings = {
        searchPath: [root],
        configName: testCase.config_name,
        store: new ConfigStore(),
        environment: {},
      };
      const expand = (): string[][][] => {
        const { repository } = compose({ ...settings, multirun: true });
        return expandSweep({
          overrides: testCase.overrides,
          options: (group) => repository.options(group),
          maxBatchSize: testCase.max_batch_size ?? null,
        }).map((batch) => batch.map((job) => [...job]));
      };
      if (testCase.expect.error !== undefined) {
        expect(expand).toThrow(ClassifierTrainingError);
        return;
      }
      const batches = expand();
      const sorted = (jobs: readonly (readonly string[])[]): string[] =>
        jobs.map((job) => job.join(" ")).sort();
      const wanted = testCase.expect.batches ?? [];
      if (testCase.order === "any") expect(sorted(batches.flat())).toStrictEqual(sorted(wanted.flat()));
      else expect(batches).toStrictEqual(wanted);
      if (testCase.expect.configs === undefined || testCase.order === "any") return;
      const configs = batches
        .flat()
        .map((job) => toPlain(resolveConfig(compose({ ...settings, overrides: job }))));
      expect(configs).toStrictEqual(testCase.expect.configs);
    });
  }
});
