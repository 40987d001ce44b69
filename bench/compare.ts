// Runs the fast runtime and PyTorch in turn, several times, and prints the ratios: `npm run bench:compare`.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

/** Python interpreters with torch, best first; the first that works is the peer. */
const PYTHONS = (process.env.PYTHON ?? "python3").split(",");
/** What runs our side: another one than this for another oneDNN. */
const NODE = process.env.OUR_NODE ?? process.execPath;
/** The peer's memory formats to try. */
const FORMATS = (process.env.FORMATS ?? "nhwc,nchw").split(",");
/** Rounds of all subjects in turn; the median ratio counts. */
const ROUNDS = Number(process.env.ROUNDS ?? 3);

/** What both sides print of a run. */
interface StepFigures {
  readonly images_per_second: number;
  readonly ms_per_step: { readonly median: number; readonly min: number };
  readonly peak_rss_mb: number;
  readonly runtime: string;
  /** Of the peer: its memory format. */
  readonly variant?: string;
}

interface Subject {
  readonly model: string;
  readonly size: number;
  readonly batch: number;
  readonly precision: "32-true" | "bf16-mixed";
  readonly evaluate?: boolean;
  /** What computes; default `onednn`. */
  readonly runtime?: "onednn" | "onnxruntime";
  /** Ratio that the project promises. */
  readonly floor: number;
}

/** One network of each family that the promises name, with its floor on `onednn`. */
const FAMILIES: Readonly<Record<string, number>> = {
  mobilenet_v3_large: 1.2,
  efficientnet_b0: 1.2,
  convnext_tiny: 1.2,
  regnet_y_400mf: 1.2,
  densenet121: 1.2,
  vit_b_16: 1,
  swin_t: 1,
};

const SUBJECTS: readonly Subject[] = [
  { model: "resnet18", size: 224, batch: 16, precision: "32-true", floor: 1.5 },
  { model: "resnet18", size: 224, batch: 16, precision: "bf16-mixed", floor: 1.08 },
  { model: "resnet50", size: 224, batch: 16, precision: "32-true", floor: 1.35 },
  { model: "resnet50", size: 224, batch: 16, precision: "bf16-mixed", floor: 1.2 },
  { model: "resnet18", size: 32, batch: 128, precision: "32-true", floor: 1.3 },
  { model: "resnet18", size: 32, batch: 128, precision: "bf16-mixed", floor: 1.3 },
  { model: "resnet18", size: 224, batch: 16, precision: "32-true", evaluate: true, floor: 1.5 },
  { model: "resnet18", size: 224, batch: 16, precision: "bf16-mixed", evaluate: true, floor: 1.1 },
  { model: "resnet18", size: 224, batch: 16, precision: "32-true", runtime: "onnxruntime", floor: 1 },
  { model: "resnet50", size: 224, batch: 16, precision: "32-true", runtime: "onnxruntime", floor: 0.8 },
  ...Object.entries(FAMILIES).flatMap(([model, floor]): Subject[] => {
    const step = { model, size: 224, batch: 16, precision: "32-true" } as const;
    return [
      { ...step, floor },
      { ...step, runtime: "onnxruntime", floor: 0.6 },
    ];
  }),
];

function run(command: string, args: readonly string[]): StepFigures | undefined {
  try {
    const output = execFileSync(command, [...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(output.trim().split("\n").at(-1)!) as StepFigures;
  } catch {
    return undefined;
  }
}

/** Steps to measure: `STEPS`, or some seconds of them. */
function stepsOf({ size, model }: Subject): string {
  if (process.env.STEPS !== undefined) return process.env.STEPS;
  if (size < 100) return "50";
  return model === "resnet18" ? "12" : "6";
}

function ours(subject: Subject): StepFigures | undefined {
  const { model, size, batch, precision, evaluate, runtime = "onednn" } = subject;
  const program = join(import.meta.dirname, "..", "bin", "classifier-training.js");
  return run(NODE, [
    ...[program, "bench", "step", "--json", "--steps", stepsOf(subject), ...(evaluate ? ["--eval"] : [])],
    ...[`model=${model}`, `data.image_size=${size}`, `data.batch_size=${batch}`, `runtime=${runtime}`],
    ...[`trainer.precision=${precision}`, "optimizer=adamw", "trainer.gradient_clip_val=1"],
  ]);
}

/** The peer's variants: both memory formats. */
function theirs(python: string, subject: Subject): (StepFigures | undefined)[] {
  const { model, size, batch, precision, evaluate } = subject;
  const script = join(import.meta.dirname, "peers", "pytorch_step.py");
  const keys = ["--model", model, "--size", `${size}`, "--batch", `${batch}`, "--precision", precision];
  const common = [...keys, "--classes", "10", "--steps", stepsOf(subject)];
  return FORMATS.map((format) =>
    run(python, [script, ...common, "--format", format, ...(evaluate ? ["--evaluate"] : [])]),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const wanted = process.argv.slice(2);
const results: unknown[] = [];
for (const subject of SUBJECTS) {
  const { model, size, precision, evaluate, runtime = "onednn" } = subject;
  const name = [model, size, precision, evaluate ? "evaluate" : "train", runtime].join(" ");
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const ratios: number[] = [];
  const rounds: { ours: StepFigures; best: StepFigures }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = ours(subject);
    const peers = PYTHONS.flatMap((python) => theirs(python, subject)).filter(
      (figures) => figures !== undefined,
    );
    const [best] = peers.sort((a, b) => b.images_per_second - a.images_per_second);
    if (mine === undefined || best === undefined) continue;
    rounds.push({ ours: mine, best });
    ratios.push(mine.images_per_second / best.images_per_second);
  }
  if (ratios.length === 0) {
    console.log(`${name}: skipped, a runtime or PyTorch is missing`);
    continue;
  }
  const rate = (pick: (round: (typeof rounds)[number]) => number): string =>
    median(rounds.map(pick)).toFixed(1);
  const ratio = median(ratios);
  const memory = median(rounds.map(({ ours: mine, best }) => mine.peak_rss_mb / best.peak_rss_mb));
  console.log(
    `${name}, batch ${subject.batch}: ${rate((r) => r.ours.images_per_second)} images/s, ` +
      `${rounds[0]!.best.runtime} (${rounds[0]!.best.variant}) ${rate((r) => r.best.images_per_second)}: ` +
      `${ratio.toFixed(2)} x (floor ${subject.floor}); peak memory ${memory.toFixed(2)} x`,
  );
  results.push({ ...subject, ratio, ratios, memory_ratio: memory, rounds });
}

const folder = join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const file = join(folder, `${new Date().toISOString().slice(0, 10)}-${process.env.NAME ?? "steps"}.json`);
writeFileSync(
  file,
  `${JSON.stringify({ processor: cpus()[0]?.model, cores: cpus().length, results }, undefined, 2)}\n`,
);
console.log(`written to ${file}`);
