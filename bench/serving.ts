// Pictures in a second: serve against predict over a folder, in turn. The server has clients of this process on the same cores.
// npm run build && npm run bench:serving -- MODEL FOLDER [ROUNDS]
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { listPictures } from "../src/data/index.ts";

const CLIENTS = 32;
const [model = "", folder = "", rounds = "3"] = process.argv.slice(2);
const program = join(import.meta.dirname, "../bin/classifier-training.js");
const pictures = await listPictures(folder);
const bodies = await Promise.all(pictures.map((path) => readFile(path)));

/** Seconds of `predict` without those in which it starts, which a single picture takes. */
async function predicted(): Promise<number> {
  const run = async (what: string): Promise<number> => {
    const began = performance.now();
    const child = spawn(process.execPath, [program, "predict", model, what, "--json"], { stdio: "ignore" });
    await new Promise((resolve) => child.on("close", resolve));
    return (performance.now() - began) / 1000;
  };
  const start = await run(pictures[0]!);
  return (await run(folder)) - start;
}

async function served(url: string): Promise<number> {
  let next = 0;
  const began = performance.now();
  const client = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const response = await fetch(url, { method: "POST", body: new Uint8Array(body) });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return (performance.now() - began) / 1000;
}

const words = [program, "serve", `bench=${model}`, "--port", "0", "--no-access-log"];
const server = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
const url = await new Promise<string>((resolve) => {
  let said = "";
  server.stderr.on("data", (text) => {
    said += text;
    const found = /http:\S+:predict/.exec(said);
    if (found !== null) resolve(found[0]);
  });
});
console.log(`${cpus()[0]!.model}, ${cpus().length} threads; ${pictures.length} pictures, ${CLIENTS} clients`);
await served(url);
for (let round = 0; round < Number(rounds); round++) {
  const [batch, http] = [await predicted(), await served(url)];
  const [a, b] = [pictures.length / batch, pictures.length / http];
  const load = loadavg()[0]!.toFixed(1);
  console.log(`predict ${a.toFixed(0)}/s, serve ${b.toFixed(0)}/s: ${(b / a).toFixed(2)} (load ${load})`);
}
server.kill("SIGTERM");
