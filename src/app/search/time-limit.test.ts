// A search ends with its time, also when nothing is left but the signal.
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { timeLimit } from "./time-limit.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("comes when the time is over, whatever is collected meanwhile", async () => {
  using limit = timeLimit(new AbortController().signal, 0.2);
  for (let i = 0; i < 10 && !limit.signal.aborted; i++) {
    collectGarbage();
    await pause(50);
  }
  expect(limit.signal.aborted).toBe(true);
});

test("comes with the other signal, also one that came before", () => {
  const other = new AbortController();
  using limit = timeLimit(other.signal, null);
  expect(limit.signal.aborted).toBe(false);
  other.abort();
  expect(limit.signal.aborted).toBe(true);
  using late = timeLimit(other.signal, 60);
  expect(late.signal.aborted).toBe(true);
});
