// Threads that end in the middle of their work: what they were at is refused as passing, and the next request is answered.
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import {
  greyPicture,
  predictionOf,
  type ServerInProcess,
  serverInProcess,
} from "../../test/support/model-server.ts";

/** Ends a thread as soon as it is given work, which it would be done with before it could be ended. */
function endAtWork(thread: Worker): void {
  const post = thread.postMessage.bind(thread);
  thread.postMessage = (message, transfer) => {
    void thread.terminate();
    post(message, transfer as ArrayBuffer[]);
  };
}

async function refusal(answer: Response): Promise<unknown> {
  const { error } = (await answer.json()) as { readonly error: { readonly code: string } };
  return [answer.status, answer.headers.get("retry-after"), error.code];
}

async function answersAgain(server: ServerInProcess, picture: Buffer<ArrayBuffer>): Promise<void> {
  const until = performance.now() + 60_000;
  let answer = await predictionOf(server, picture);
  while (answer.status === 503 && performance.now() < until) {
    await new Promise((next) => setTimeout(next, 50));
    answer = await predictionOf(server, picture);
  }
  expect(answer.status).toBe(200);
}

test("a thread that ends while it decodes", async () => {
  await using server = await serverInProcess();
  const picture = await greyPicture();
  expect((await predictionOf(server, picture)).status).toBe(200);
  endAtWork(server.threads[0]!);
  expect(await refusal(await predictionOf(server, picture))).toEqual([503, "1", "THREAD_RESTARTING"]);
  expect(server.notes).toEqual([expect.stringContaining("a thread that decodes pictures ended")]);
  await answersAgain(server, picture);
});

test("one that ends before it has ever answered", async () => {
  await using server = await serverInProcess();
  const picture = await greyPicture();
  endAtWork(server.threads[0]!);
  expect(await refusal(await predictionOf(server, picture))).toEqual([503, "1", "THREAD_RESTARTING"]);
  await answersAgain(server, picture);
});

test("a thread that ends while it computes, with other requests behind it", async () => {
  await using server = await serverInProcess({ batchSize: 1 });
  const picture = await greyPicture();
  endAtWork(server.threads[1]!);
  const answers = await Promise.all(Array.from({ length: 6 }, () => predictionOf(server, picture)));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expect(await refusal(answer)).toEqual([503, "1", "MODEL_RESTARTING"]);
  await answersAgain(server, picture);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
