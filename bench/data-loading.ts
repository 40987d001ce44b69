// Runs our loader and torchvision's in turn, several times, and prints the ratios: `npm run bench:data -- PHOTOGRAPHS`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { writePhotographs } from "./photographs.ts";

const PYTHON = process.env.PYTHON ?? "python3";
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** As long as ours is measured. */
const SECONDS = 10;
const PEER_WORKERS = [0, 1, 2, 3];
const [SIDE, SMALL_SIDE] = [400, 32];

interface Rate {
  readonly images_per_second: number;
}

interface Subject {
  readonly name: string;
  readonly imageSize: number;
  readonly cache: "none" | "ram";
  readonly decoding: "exact" | "fast";
  /** What decodes JPEGs: the system's libjpeg-turbo where there is one, or the one in WebAssembly. */
  readonly jpeg: "system" | "wasm";
  /** Promised: a multiple of the peer's rate, or images per second. */
  readonly floor: { readonly ratio: number } | { readonly rate: number };
}

const SUBJECTS: readonly Subject[] = [
  { name: "no cache", imageSize: 224, cache: "none", decoding: "exact", jpeg: "system", floor: { ratio: 2 } },
  {
    name: "no cache, WebAssembly",
    imageSize: 224,
    cache: "none",
    decoding: "exact",
    jpeg: "wasm",
    floor: { ratio: 2 },
  },
  {
    name: "cache in memory",
    imageSize: 224,
    cache: "ram",
    decoding: "exact",
    jpeg: "system",
    floor: { ratio: 4 },
  },
  {
    name: "small, cache in memory",
    imageSize: 32,
    cache: "ram",
    decoding: "exact",
    jpeg: "system",
    floor: { rate: 8000 },
  },
];

/** A measurement in a process of its own. */
function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Rate {
  const output = execFileSync(command, [...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  return JSON.parse(output.trim().split("\n").at(-1)!) as Rate;
}

/** What the command line measures: the built package, as its users run it. */
function ours({ imageSize, cache, decoding, jpeg }: Subject, root: string): Rate {
  const command = join(import.meta.dirname, "..", "bin", "classifier-training.js");
  const keys = { root, image_size: imageSize, cache, decoding };
  const overrides = Object.entries(keys).map(([key, value]) => `data.${key}=${value}`);
  const args = [command, "bench", "step", "--data", "--json", ...overrides];
  return run(process.execPath, args, jpeg === "wasm" ? { CLASSIFIER_TRAINING_TURBOJPEG: "none" } : {});
}

function theirs({ imageSize }: Subject, root: string, workers: number, seconds = SECONDS): Rate {
  const script = join(import.meta.dirname, "peers", "torchvision_loading.py");
  const keys = { root: join(root, "train"), size: imageSize, workers, seconds };
  return run(PYTHON, [
    "-W",
    "ignore",
    script,
    ...Object.entries(keys).flatMap(([key, value]) => [`--${key}`, `${value}`]),
  ]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** The number of workers that serves the peer best. */
function bestWorkers(subject: Subject, root: string): number {
  const rates = PEER_WORKERS.map((workers) => theirs(subject, root, workers, SECONDS / 2));
  return PEER_WORKERS[
    rates.reduce(
      (best, { images_per_second: rate }, i) => (rate > rates[best]!.images_per_second ? i : best),
      0,
    )
  ]!;
}

function compare(subject: Subject, root: string): object {
  const workers = bestWorkers(subject, root);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: ours(subject, root),
    peer: theirs(subject, root, workers),
  }));
  const ratio = median(rounds.map((round) => round.ours.images_per_second / round.peer.images_per_second));
  const rate = median(rounds.map((round) => round.ours.images_per_second));
  const peer = median(rounds.map((round) => round.peer.images_per_second));
  const { floor } = subject;
  console.log(
    `${subject.name}, ${subject.imageSize} px: ${rate.toFixed(0)} images/s, peer with ${workers} workers ` +
      `${peer.toFixed(0)}: ${ratio.toFixed(2)} x (floor ${"ratio" in floor ? `${floor.ratio} x` : `${floor.rate} images/s`})`,
  );
  return {
    ...subject,
    images_per_second: rate,
    peer_images_per_second: peer,
    peer_workers: workers,
    ratio,
    rounds,
  };
}

async function main(source: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-data-"));
  try {
    const roots = new Map([SIDE, SMALL_SIDE].map((side) => [side, join(folder, `${side}`)]));
    for (const [side, root] of roots) await writePhotographs(source, root, side);
    const results = SUBJECTS.map((subject) =>
      compare(subject, roots.get(subject.imageSize > SMALL_SIDE ? SIDE : SMALL_SIDE)!),
    );
    const results_file = join(
      import.meta.dirname,
      "results",
      `${new Date().toISOString().slice(0, 10)}-data.json`,
    );
    mkdirSync(join(import.meta.dirname, "results"), { recursive: true });
    writeFileSync(
      results_file,
      `${JSON.stringify({ processor: cpus()[0]?.model, cores: cpus().length, side: SIDE, bytes: bytesPerPicture(roots.get(SIDE)!), results }, undefined, 2)}\n`,
    );
    console.log(`written to ${results_file}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bytesPerPicture(root: string): number {
  const folder = join(root, "train", "a");
  return median(readdirSync(folder).map((name) => statSync(join(folder, name)).size));
}

const [source] = process.argv.slice(2);
if (source === undefined) console.error("usage: npm run bench:data -- FOLDER_OF_PHOTOGRAPHS");
else await main(source);
