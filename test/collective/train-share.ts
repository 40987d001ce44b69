// One of the processes of the test: trains on its share with every loss and runtime, and prints what came of it.
import { localCollective, openCollective } from "../../src/collective/index.ts";
import { DataParallel } from "../../src/train/index.ts";
import { cases } from "./cases.ts";
import { shareOf, type Trained, trainTiny } from "./tiny-problem.ts";

const collective = await openCollective();
if (collective === localCollective) throw new Error("this process was started alone");
const { rank, size } = collective;
const results = [];
for (const { name, runtime, options } of await cases()) {
  const train = (overlaps: boolean): Promise<Trained> =>
    trainTiny(
      runtime,
      (engine, model) => {
        const parallel = new DataParallel(engine, model, collective);
        return {
          accumulate: async (batch, first, position) => {
            const share = shareOf(batch, rank, size);
            // A step has two micro-batches.
            return (await parallel.accumulate(share, first, position, undefined, overlaps && !first)).loss;
          },
          reduce: () => parallel.reduce(),
        };
      },
      options,
    );
  const trained = await train(true);
  const overlapped = JSON.stringify(trained) === JSON.stringify(await train(false));
  // The sums of all processes' weights are those of one of them, times their number, where all are the same.
  const sums = Float64Array.from(Object.values(trained.weights).flat());
  const own = sums.slice();
  await collective.allReduce(sums);
  const same = sums.every((sum, i) => Math.abs(sum - own[i]! * size) <= 1e-15 * size * Math.abs(sum));
  results.push({ name, same, overlapped, ...trained });
}
const greeting = new TextEncoder().encode(rank === 0 ? "from 0" : "others");
await collective.broadcast(greeting);
const heard = new TextDecoder().decode(greeting);
await collective.close();
if (rank === 0) process.stdout.write(`${JSON.stringify({ size, heard, results })}\n`);
