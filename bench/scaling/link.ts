// One of the processes of bench/scaling.ts: what sums over processes take, in milliseconds.
import { openCollective } from "../../src/collective/index.ts";
import { BYTES, type LinkTimes } from "./bytes.ts";

const PIECE = 2 ** 20;

const collective = await openCollective("mpi");
const one = new Float64Array(1);
const many = new Float32Array(new SharedArrayBuffer(BYTES));

/** The shortest of some times: what others do on the machine is not the link's. */
async function shortest(count: number, sum: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    await collective.barrier();
    const began = performance.now();
    await sum();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const smallMs = await shortest(300, () => collective.allReduce(one));
const largeMs = await shortest(8, () => {
  const sums: Promise<void>[] = [];
  for (let from = 0; from < many.length; from += PIECE)
    sums.push(collective.allReduceBeside(many.subarray(from, from + PIECE), { hurried: true }));
  return Promise.all(sums);
});
await collective.close();
if (collective.rank === 0)
  process.stdout.write(`${JSON.stringify({ smallMs, largeMs } satisfies LinkTimes)}\n`);
