// Measures models against the float one: accuracy on validation and test, equal answers, size and latency in onnxruntime.
import { type HostTensor, hostTensor, type Shape, zeros } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { type OnnxSession, openOnnxSession } from "../../inference/index.ts";

/** A model to measure: it takes preprocessed pictures. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How good, large and fast a model is. */
export interface MeasuredModel {
  readonly name: string;
  /** Share of pictures whose class comes first, in [0, 1]; undefined where there is no such split. */
  readonly accuracy: { readonly val: number | undefined; readonly test: number | undefined };
  /** Share of pictures of both splits that it answers as the first model does. */
  readonly agreement: number;
  readonly pictures: number;
  readonly bytes: number;
  /** Median of one picture on one thread, milliseconds. */
  readonly latency: number;
}

/** The first model is what the others are compared with. All see the same pictures, one pass over the data. */
export async function measureModels(
  models: readonly NamedModel[],
  data: DataModule,
  pictureShape: Shape,
  threads: number | undefined,
): Promise<MeasuredModel[]> {
  const sessions: OnnxSession[] = [];
  try {
    for (const { name, bytes } of models) sessions.push(await openOnnxSession(bytes, name, threads));
    const val = await countAnswers(sessions, data, "val");
    const test = await countAnswers(sessions, data, "test");
    const latencies = await measureLatencies(models, pictureShape);
    return models.map(({ name, bytes }, i) => ({
      name,
      accuracy: { val: share(val.correct[i]!, val.labelled), test: share(test.correct[i]!, test.labelled) },
      agreement: share(val.equal[i]! + test.equal[i]!, val.pictures + test.pictures) ?? 1,
      pictures: val.pictures + test.pictures,
      bytes: bytes.length,
      latency: latencies[i]!,
    }));
  } finally {
    for (const session of sessions) await session.dispose();
  }
}

/** The class with the largest logit of each row; the lower one of equals. */
export function bestOf({ shape, data }: HostTensor<"float32">): number[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => {
    const logits = data.subarray(row * classes, (row + 1) * classes);
    return logits.reduce((best, value, i) => (value > logits[best]! ? i : best), 0);
  });
}

const share = (count: number, of: number): number | undefined => (of === 0 ? undefined : count / of);

interface Answers {
  readonly correct: number[];
  readonly equal: number[];
  pictures: number;
  /** Those that have a class. */
  labelled: number;
}

async function countAnswers(
  sessions: readonly OnnxSession[],
  data: DataModule,
  part: "val" | "test",
): Promise<Answers> {
  const answers: Answers = {
    correct: sessions.map(() => 0),
    equal: sessions.map(() => 0),
    pictures: 0,
    labelled: 0,
  };
  for await (const { images, labels } of data.evaluationLoader(part) ?? []) {
    const best: number[][] = [];
    const float = hostTensor("float32", images.shape, images.data as Float32Array);
    for (const session of sessions) best.push(bestOf(await session.run(float)));
    for (const [row, label] of Array.from(labels.data, Number).entries()) {
      answers.pictures++;
      if (label >= 0) answers.labelled++;
      for (const [i, own] of best.entries()) {
        if (own[row] === label) answers.correct[i]!++;
        if (own[row] === best[0]![row]) answers.equal[i]!++;
      }
    }
  }
  return answers;
}

const WARM_UP = 5;
const RUNS = 31;

/** Medians of one grey picture on one thread; the models take turns. */
async function measureLatencies(models: readonly NamedModel[], shape: Shape): Promise<number[]> {
  const sessions: OnnxSession[] = [];
  try {
    for (const { name, bytes } of models) sessions.push(await openOnnxSession(bytes, name, 1));
    const picture = zeros("float32", [1, ...shape]);
    const times = sessions.map((): number[] => []);
    for (let run = 0; run < WARM_UP + RUNS; run++) {
      for (const [i, session] of sessions.entries()) {
        const begin = performance.now();
        await session.run(picture);
        if (run >= WARM_UP) times[i]!.push(performance.now() - begin);
      }
    }
    return times.map((own) => own.sort((a, b) => a - b)[RUNS >> 1]!);
  } finally {
    for (const session of sessions) await session.dispose();
  }
}
