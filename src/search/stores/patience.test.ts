import { expect, test } from "vitest";
import { askPatiently } from "./patience.ts";

const failure = (code: string): Error => Object.assign(new Error(`${code} happened`), { code });

test("what may be gone the next time is asked again, anything else is not, and patience ends", async () => {
  let asked = 0;
  let noticed = 0;
  const terms = { where: "here", noticed: () => noticed++ };
  const third = async (): Promise<string> => {
    if (++asked < 3) throw failure(asked === 1 ? "57P01" : "SQLITE_BUSY");
    return "answer";
  };
  expect(await askPatiently(third, terms)).toBe("answer");
  expect([asked, noticed]).toEqual([3, 2]);
  const never = (code: string) => async (): Promise<never> => {
    asked++;
    throw failure(code);
  };
  await expect(askPatiently(never("42P01"), terms)).rejects.toMatchObject({ code: "42P01" });
  expect(asked).toBe(4);
  await expect(askPatiently(never("ECONNREFUSED"), { ...terms, patience: 300 })).rejects.toMatchObject({
    code: "STORE_LOST",
    where: "here",
  });
  expect(asked).toBe(6);
  const stopped = { ...terms, signal: AbortSignal.abort() };
  await expect(askPatiently(never("EPIPE"), stopped)).rejects.toMatchObject({ code: "STORE_LOST" });
  expect(asked).toBe(7);
});
