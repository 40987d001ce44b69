// What training takes on 8 to 64 hosts by a model, from what this machine measures: `npm run bench:scaling`, or with the file of an
// earlier measurement.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { formatTable, sizeOf } from "../src/core/index.ts";
import { ALONE } from "../src/runtime/alone.ts";
import type { RunObserver } from "../src/runtime/contract.ts";
import { GradientSums } from "../src/train/engine/gradient-sums.ts";
import { noHosts, startHosts } from "../test/support/hosts.ts";
import { BYTES, type LinkTimes } from "./scaling/bytes.ts";
import { efficiency, type LinkMeasures, type StepMeasures, smallestBatch } from "./scaling/model.ts";
import { openEngine, parseWorkload, syntheticBatch } from "./workload.ts";

const NETWORKS = ["resnet18", "resnet50"] as const;
const HOSTS = [8, 16, 32, 64];
const GIGABITS = [1, 10, 25, 100];
/** A host as the measured one, and one that is eight times as fast. */
const SPEEDS = [1, 8];
const BATCHES = [16, 4];
const THREADS = Number(process.env.THREADS ?? 2);
const STEPS = Number(process.env.STEPS ?? 4);
const WANTED = 0.9;

interface Measured {
  readonly date: string;
  readonly processor: string | undefined;
  readonly threads: number;
  readonly link: LinkMeasures & { readonly by: string };
  readonly networks: Readonly<Record<string, StepMeasures>>;
}

/** Steps of one size of batch: the shortest, since what others do on the machine is not theirs. */
async function measureSteps(model: string, batch: number) {
  const workload = parseWorkload([`model=${model}`, `batch=${batch}`, `threads=${THREADS}`]);
  const engine = await openEngine(workload);
  const pictures = syntheticBatch(workload);
  const { ranges } = new GradientSums(engine.session, engine.layout, ALONE);
  let best = { pass: Number.POSITIVE_INFINITY, apply: 0, ready: [] as number[] };
  for (let step = 0; step < STEPS + 1; step++) {
    const ready: number[] = [];
    let began = 0;
    const observer: RunObserver = {
      ranges,
      async begins() {
        began = performance.now();
      },
      complete(count) {
        while (ready.length < count) ready.push(performance.now() - began);
      },
    };
    await engine.accumulate(pictures, true, [0, step], undefined, undefined, observer);
    const ended = performance.now();
    await engine.apply(step + 1, 1e-3);
    const pass = ended - began;
    while (ready.length < ranges.length) ready.push(pass);
    if (step > 0 && pass < best.pass) best = { pass, apply: performance.now() - ended, ready };
  }
  await engine.dispose();
  const pieces = ranges.map(({ shape }, i) => ({
    bytes: 4 * sizeOf(shape),
    ready: best.ready[i]! / best.pass,
  }));
  return { pass: best.pass / 1000, apply: best.apply / 1000, pieces };
}

async function measureNetwork(model: string): Promise<StepMeasures> {
  const [large, small] = [await measureSteps(model, BATCHES[0]!), await measureSteps(model, BATCHES[1]!)];
  return {
    batch: BATCHES[0]!,
    passSeconds: large.pass,
    passSecondsPerPicture: (large.pass - small.pass) / (BATCHES[0]! - BATCHES[1]!),
    applySeconds: large.apply,
    pieces: large.pieces,
  };
}

/** Two processes, each on a host of its own where there may be namespaces, so that they talk by TCP. */
function measureLink(): Measured["link"] {
  const program = [process.execPath, "--import", "tsx", join(import.meta.dirname, "scaling/link.ts")];
  using hosts = noHosts === undefined ? startHosts() : undefined;
  const local = ["mpirun", "-n", "2", "--mca", "btl", "tcp,self", ...program];
  const [command = "", ...words] = hosts?.together(...program) ?? local;
  const environment = {
    ...process.env,
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    OMPI_MCA_mpi_yield_when_idle: "1",
  };
  const printed = execFileSync(command, words, { env: environment, encoding: "utf8" });
  const { smallMs, largeMs } = JSON.parse(printed) as LinkTimes;
  const by = hosts === undefined ? "TCP of one machine" : "TCP between two network namespaces";
  return { by, latency: smallMs / 2 / 1000, secondsPerByte: largeMs / 1000 / BYTES };
}

async function measure(): Promise<Measured> {
  const networks: Record<string, StepMeasures> = {};
  const link = measureLink();
  for (const model of NETWORKS) networks[model] = await measureNetwork(model);
  const date = new Date().toISOString().slice(0, 10);
  const measured = { date, processor: cpus()[0]?.model, threads: THREADS, link, networks };
  const folder = process.env.RESULTS ?? join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${date}-scaling.json`), `${JSON.stringify(measured, null, 2)}\n`);
  return measured;
}

function report({ link, networks, date, processor, threads }: Measured): string {
  const microseconds = (link.latency * 1e6).toFixed(0);
  const rate = (1e-9 / link.secondsPerByte).toFixed(2);
  const lines = [
    `${date}, ${threads} threads of ${processor}; ${link.by}: latency ${microseconds} us, ${rate} GB/s summed`,
  ];
  for (const [model, step] of Object.entries(networks)) {
    const late = step.pieces.filter(({ ready }) => ready > 0.99).length;
    lines.push(
      "",
      `${model}: pass of ${step.batch} pictures ${step.passSeconds.toFixed(2)} s, ${step.pieces.length} pieces, ${late} of them at its end`,
    );
    for (const speed of SPEEDS) {
      const rows = GIGABITS.map((gigabits) => [
        `${gigabits} Gb/s`,
        ...HOSTS.map((hosts) => {
          const cluster = { hosts, bitsPerSecond: gigabits * 1e9, speed };
          const part = efficiency(step, link, cluster, step.batch);
          return `${part.toFixed(2)} (${smallestBatch(step, link, cluster, WANTED) ?? "-"})`;
        }),
      ]);
      const title = speed === 1 ? "hosts as this one" : `hosts ${speed} times as fast`;
      lines.push(formatTable([title, ...HOSTS.map(String)], rows));
    }
  }
  lines.push(
    "",
    `efficiency with ${BATCHES[0]} pictures a host; in brackets the smallest power of two with more than ${WANTED}`,
  );
  return lines.join("\n");
}

const [file] = process.argv.slice(2);
console.log(
  report(file === undefined ? await measure() : (JSON.parse(readFileSync(file, "utf8")) as Measured)),
);
