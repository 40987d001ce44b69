// What the CPU learns of the generated pictures: `node --import tsx bench/gpu/cpu-curve.ts RESULT.json`.
import { writeFileSync } from "node:fs";
import { loadRuntime } from "../workload.ts";
import { learn } from "./learning.ts";

const [result = "cpu-curve.json"] = process.argv.slice(2);
const curve = await learn(await loadRuntime("onednn"));
console.log(curve);
writeFileSync(result, JSON.stringify(curve));
process.exit(0);
