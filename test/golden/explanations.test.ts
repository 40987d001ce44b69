// Grad-CAM, occlusion and integrated gradients against what PyTorch computed of the same networks.
import { describe, expect, test } from "vitest";
import { type HostTensor, hostTensor, type Shape, toNumbers } from "../../src/core/index.ts";
import {
  ExplainedNetwork,
  gradCam,
  type HeatMap,
  integratedGradients,
  occlusion,
} from "../../src/explain/index.ts";
import { createNetwork, findNetwork, type NetworkName } from "../../src/models/index.ts";
import { fill } from "./formula.ts";
import { expectNear, FLOAT32_SPREADS, formulaState, largest } from "./measure.ts";
import { readGolden } from "./read-golden.ts";
import { findSubjects } from "./subjects.ts";

/** A result as it is, or as its norm and the means of 8x8 pixels; and how far PyTorch's float32 is from its float64. */
interface Described {
  readonly shape: number[];
  readonly values?: number[];
  readonly norm?: number;
  readonly means?: number[];
  readonly spread: number;
}

interface Golden {
  readonly prefix: string;
  readonly weight_gain: number;
  readonly num_classes: number;
  readonly classes: number[];
  readonly input: {
    readonly name: string;
    readonly shape: number[];
    readonly lo: number;
    readonly hi: number;
  };
  readonly occluded: { readonly patch: number; readonly stride: number; readonly baseline: number[] };
  readonly integrated: { readonly steps: number; readonly baseline: number[] };
  readonly results: {
    readonly logits: Described;
    readonly grad_cam: Readonly<Record<string, Described>>;
    readonly grad_cam_enlarged: Readonly<Record<string, Described>>;
    readonly occlusion: Described;
    readonly integrated_gradients: Described;
    readonly difference: Described;
  };
}

const BLOCK = 8;
const NETWORKS: readonly NetworkName[] = ["resnet18", "mobilenet_v3_small", "vit_b_32"];
const SUBJECTS = (await findSubjects()).filter(
  ({ available, algorithm }) => available && algorithm !== "winograd",
);

/** A transformer with all its covered pictures takes the oracle most of a minute: `GOLDEN_NETWORKS=all` asks it too. */
function isAsked(name: NetworkName, runtime: string): boolean {
  return runtime !== "reference" || name !== "vit_b_32" || process.env.GOLDEN_NETWORKS === "all";
}

describe.each(NETWORKS)("%s", { timeout: 3_600_000 }, (name) => {
  const golden = readGolden<Golden>(`explain/${name}.json`);
  const { results, classes } = golden;
  const [first] = Object.keys(results.grad_cam);

  test.each(SUBJECTS.filter(({ runtime }) => isAsked(name, runtime.name)))(
    "is explained as by PyTorch on $name",
    async ({ runtime }) => {
      const images = fill(golden.input.name, golden.input.shape, golden.input.lo, golden.input.hi);
      await using network = await open(name, golden, runtime);
      const near = (actual: readonly number[], shape: Shape, described: Described, label: string): void =>
        expectDescribed(actual, shape, described, `${label} of ${name}`, runtime.name === "reference");

      for (const [layer, described] of Object.entries(results.grad_cam)) {
        const { maps } = await network.layerMaps(images, classes, layer);
        near(toNumbers(maps.data), maps.shape, described, layer);
      }
      const chosen = await gradCam(network, images, classes);
      expect(chosen.layer).toBe(first);
      near(toNumbers(chosen.logits.data), chosen.logits.shape, results.logits, "logits");
      near(
        chosen.maps.flatMap(numbersOf),
        images.shape.with(1, 1),
        results.grad_cam_enlarged[first!]!,
        "Grad-CAM",
      );

      const each = classes.map((wanted, i) => ({ wanted, image: row(images, i) }));
      const covered: number[] = [];
      const attributed: number[] = [];
      const differences: number[] = [];
      for (const { wanted, image } of each) {
        const { map } = await occlusion((batch) => network.classify(batch), image, wanted, golden.occluded);
        covered.push(...numbersOf(map));
        const found = await integratedGradients(network, image, wanted, golden.integrated);
        attributed.push(...toNumbers(found.attributions.data));
        differences.push(found.difference);
        const sum = toNumbers(found.attributions.data).reduce((a, b) => a + b, 0);
        expect(found.completenessError).toBeCloseTo(sum - found.difference, 4);
      }
      near(covered, images.shape.with(1, 1), results.occlusion, "occlusion");
      near(attributed, images.shape, results.integrated_gradients, "integrated gradients");
      near(differences, [classes.length], results.difference, "difference of the logits");
    },
  );
});

async function open(
  name: NetworkName,
  { prefix, weight_gain, num_classes: numClasses, input }: Golden,
  runtime: (typeof SUBJECTS)[number]["runtime"],
): Promise<ExplainedNetwork> {
  const sized = findNetwork(name).knows.includes("imageSize") ? { imageSize: input.shape[2]! } : {};
  const network = createNetwork(name, { numClasses, ...sized });
  return ExplainedNetwork.open({ network, weights: formulaState(network, prefix, weight_gain), runtime });
}

function numbersOf({ values }: HeatMap): number[] {
  return Array.from(values);
}

function row({ shape, data }: HostTensor<"float32">, index: number): HostTensor<"float32"> {
  const size = data.length / shape[0]!;
  return hostTensor("float32", shape.slice(1), data.slice(index * size, (index + 1) * size));
}

/** What is computed here in float64 ends as float32; other runtimes may be some times as far off as PyTorch's float32. */
function expectDescribed(
  actual: readonly number[],
  shape: Shape,
  { values, means, norm, spread }: Described,
  label: string,
  exact: boolean,
): void {
  const unit = 1e-6 * largest(actual);
  const allowed = exact ? unit : Math.max(unit, 4 * FLOAT32_SPREADS * spread);
  expectNear(values === undefined ? blockMeans(actual, shape) : actual, values ?? means!, allowed, label);
  if (norm !== undefined) {
    const own = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0));
    expectNear([own], [norm], allowed * Math.sqrt(actual.length), `${label}: norm`);
  }
}

/** Means of squares of 8x8 numbers of maps [..., H, W]. */
function blockMeans(values: readonly number[], shape: Shape): number[] {
  const [height, width] = shape.slice(-2) as [number, number];
  const across = width / BLOCK;
  const means = new Array<number>(values.length / BLOCK ** 2).fill(0);
  for (const [i, value] of values.entries()) {
    const map = Math.floor(i / (height * width));
    const [y, x] = [Math.floor(i / width) % height, i % width];
    means[(map * (height / BLOCK) + Math.floor(y / BLOCK)) * across + Math.floor(x / BLOCK)]! +=
      value / BLOCK ** 2;
  }
  return means;
}
