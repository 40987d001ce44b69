// What is written, and what a resumed run makes of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { LogRow } from "../train/index.ts";
import { JSONLinesLogger, readJSONLines } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "json-lines-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(root, `${folders++}`);

const file = (saveDir: string): string => join(saveDir, "metrics.jsonl");
const read = (saveDir: string): Promise<LogRow[]> => readJSONLines(file(saveDir));
const step = (n: number): LogRow => ({
  kind: "step",
  epoch: 0,
  step: n,
  metrics: { "train/loss_step": 1 / n, lr: 5e-7 },
});
const epoch = (n: number, at: number): LogRow => ({
  kind: "epoch",
  epoch: n,
  step: at,
  metrics: { "val/loss": 0.5 / at },
});
const ROWS = [step(1), step(2), epoch(0, 2), step(3), step(4), epoch(1, 4)];

async function write(saveDir: string, rows: readonly LogRow[], afterStep = 0): Promise<void> {
  const logger = new JSONLinesLogger({ saveDir });
  await logger.start({ afterStep });
  for (const row of rows) await logger.log(row);
  await logger.finish("completed");
}

test("any number and any name is read back as it was", async () => {
  const folder = newFolder();
  const metrics = {
    a: Number.NaN,
    b: Number.POSITIVE_INFINITY,
    c: Number.NEGATIVE_INFINITY,
    'd\n"é': 0.1 + 0.2,
    e: -0,
  };
  const rows: LogRow[] = [{ kind: "test", epoch: 3, step: 9, metrics }, step(7)];
  await write(folder, rows);
  expect(await read(folder)).toEqual([{ ...rows[0], metrics: { ...metrics, e: 0 } }, rows[1]]);
  const [line = ""] = readFileSync(file(folder), "utf8").split("\n");
  expect(Date.now() - Date.parse((JSON.parse(line) as { time: string }).time)).toBeLessThan(60_000);
  expect(await read(newFolder())).toEqual([]);
});

describe("start", () => {
  test("resumed from any step, after any loss of the file's end, no row is doubled and none that came before is lost", async () => {
    const whole = newFolder();
    await write(whole, ROWS);
    const bytes = readFileSync(file(whole));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.integer({ min: 1, max: 4 }), async (length, afterStep) => {
        const folder = newFolder();
        await write(folder, []);
        writeFileSync(file(folder), bytes.subarray(0, length));
        const before = (await read(folder)).filter((row) => row.step <= afterStep);
        // A resumed run logs what lies behind its checkpoint, and perhaps rows of the very step of it.
        await write(
          folder,
          ROWS.filter((row) => row.step >= afterStep),
          afterStep,
        );
        const kept = ROWS.filter((row, i) => i < before.length || row.step >= afterStep);
        expect(await read(folder)).toEqual(kept);
      }),
      { numRuns: 100 },
    );
  });

  test("a resumed run cuts off the test and writes its own", async () => {
    const folder = newFolder();
    const tested = (at: number): LogRow => ({
      kind: "test",
      epoch: 1,
      step: at,
      metrics: { "test/loss": at },
    });
    await write(folder, [...ROWS, tested(4)]);
    await write(folder, [epoch(1, 4), tested(4)], 4);
    expect(await read(folder)).toEqual([...ROWS, tested(4)]);
    await write(folder, [step(5), tested(5)], 4);
    expect(await read(folder)).toEqual([...ROWS, step(5), tested(5)]);
  });

  test("a new run in the folder of an old one starts over", async () => {
    const folder = newFolder();
    await write(folder, ROWS);
    await write(folder, ROWS.slice(0, 3));
    expect(await read(folder)).toEqual(ROWS.slice(0, 3));
  });

  test("a file of someone else is left alone", async () => {
    const folder = newFolder();
    await write(folder, []);
    writeFileSync(file(folder), "dear diary\ntoday\n");
    await expect(write(folder, ROWS)).rejects.toMatchObject({ code: "LOG_FILE", where: `${file(folder)}:1` });
    expect(readFileSync(file(folder), "utf8")).toBe("dear diary\ntoday\n");
  });

  test("a place that cannot be written to is a storage error", async () => {
    const folder = newFolder();
    writeFileSync(folder, "");
    await expect(write(folder, ROWS)).rejects.toMatchObject({ kind: "storage" });
  });
});

test("rows are refused before the start and after the end", async () => {
  const logger = new JSONLinesLogger({ saveDir: newFolder() });
  await expect(logger.log(step(1))).rejects.toMatchObject({ code: "LOGGER_NOT_STARTED" });
  await logger.start({ afterStep: 0 });
  await logger.finish("failed");
  await expect(logger.log(step(1))).rejects.toMatchObject({ code: "LOGGER_NOT_STARTED" });
});
