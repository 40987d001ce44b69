// One of the processes of the test of fits: trains its share of each, and prints what came of it.
import { localCollective, openCollective } from "../../src/collective/index.ts";
import { onednnRuntime } from "../../src/runtime/onednn/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { fitSmall, searchRate, VARIANTS } from "./fit-problem.ts";

const collective = await openCollective();
if (collective === localCollective) throw new Error("this process was started alone");
const runtimes = [referenceRuntime, ...((await onednnRuntime.probe()).available ? [onednnRuntime] : [])];
const fits = [];
for (const runtime of runtimes)
  for (const variant of VARIANTS) {
    const fitted = await fitSmall(runtime, collective, variant);
    const all = await collective.gather({ weights: fitted.weights, metrics: fitted.metrics });
    const same = all.every((other) => JSON.stringify(other) === JSON.stringify(all[0]));
    fits.push({ runtime: runtime.name, variant: variant.name, same, ...fitted });
  }
const searched = await searchRate(referenceRuntime, collective);
await collective.close();
if (collective.rank === 0) process.stdout.write(`${JSON.stringify({ fits, searched })}\n`);
