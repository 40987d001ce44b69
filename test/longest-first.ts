// The order in which test files are begun: the longest first, so that none is left alone at the end.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Paths of files, by their end, that take long: longest first. */
const LONGEST: readonly string[] = [
  "test/conformance/ops.test.ts",
  "test/browser/webgpu.test.ts",
  "test/golden/explanations.test.ts",
  "test/golden/training.test.ts",
  "test/golden/resnets.test.ts",
  "test/conformance/networks.test.ts",
  "test/golden/transformers.test.ts",
  "test/endurance/families.test.ts",
  "test/e2e/linear-probe.test.ts",
  "test/e2e/data-tools.test.ts",
  "test/golden/classic-networks.test.ts",
  "test/endurance/signals.test.ts",
  "test/e2e/bad-input.test.ts",
  "test/e2e/several-processes.test.ts",
  "test/endurance/failpoints.test.ts",
  "test/e2e/search.test.ts",
  "test/e2e/several-labels.test.ts",
  "test/golden/efficient-networks.test.ts",
  "src/runtime/webgpu/training.test.ts",
  "src/runtime/webgpu/device-loss.test.ts",
  "test/e2e/main-job.test.ts",
  "test/e2e/secrets.test.ts",
  "test/package/package.test.ts",
  "test/config/typos.test.ts",
  "test/e2e/resume.test.ts",
  "test/e2e/examples.test.ts",
  "test/endurance/studies.test.ts",
  "src/runtime/onednn/onednn.test.ts",
  "test/cluster/slurm.test.ts",
  "test/cluster/hosts.test.ts",
  "test/endurance/processes.test.ts",
  "test/search/stores.test.ts",
  "src/data/modules/data-module.test.ts",
  "test/collective/fit.test.ts",
  "test/e2e/embed.test.ts",
  "test/train/non-finite.test.ts",
];

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((path) => moduleId.endsWith(path));
  return at < 0 ? LONGEST.length : at;
}

/** Vitest's order, but for the files that take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
