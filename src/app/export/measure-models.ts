// Measures models against the float one: how good on validation and test, equal answers, size and latency in onnxruntime.
import { hostTensor, type Shape, type TaskName, zeros } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { type OnnxSession, openOnnxSession } from "../../inference/index.ts";
import { JUDGES, type ScoreName } from "./model-score.ts";

/** A model to measure: it takes preprocessed pictures. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How good, large and fast a model is. */
export interface MeasuredModel {
  readonly name: string;
  /** What `score` is. */
  readonly measure: ScoreName;
  /** Share of pictures whose class comes first, or mean average precision; in [0, 1], undefined where there is no such split. */
  readonly score: { readonly val: number | undefined; readonly test: number | undefined };
  /** Share of pictures of both splits, or of their labels, that it answers as the first model does. */
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
  task: TaskName,
  pictureShape: Shape,
  threads: number | undefined,
): Promise<MeasuredModel[]> {
  const sessions: OnnxSession[] = [];
  try {
    for (const { name, bytes } of models) sessions.push(await openOnnxSession(bytes, name, threads));
    const val = await judge(sessions, data, task, "val");
    const test = await judge(sessions, data, task, "test");
    const latencies = await measureLatencies(models, pictureShape);
    return models.map(({ name, bytes }, i) => ({
      name,
      measure: JUDGES[task].name,
      score: { val: val.scores[i], test: test.scores[i] },
      agreement: agreementOf(val.equal[i]! + test.equal[i]!, val.answers + test.answers),
      pictures: val.pictures + test.pictures,
      bytes: bytes.length,
      latency: latencies[i]!,
    }));
  } finally {
    for (const session of sessions) await session.dispose();
  }
}

const agreementOf = (equal: number, answers: number): number => (answers === 0 ? 1 : equal / answers);

/** How good each model is on a split, and how many of its answers are the first one's. */
interface Judged {
  readonly scores: readonly (number | undefined)[];
  readonly equal: readonly number[];
  readonly answers: number;
  readonly pictures: number;
}

async function judge(
  sessions: readonly OnnxSession[],
  data: DataModule,
  task: TaskName,
  part: "val" | "test",
): Promise<Judged> {
  const { score, answers } = JUDGES[task];
  const scores = sessions.map(() => score(data.classes.length));
  const equal = sessions.map(() => 0);
  let [count, pictures] = [0, 0];
  for await (const { images, labels } of data.evaluationLoader(part) ?? []) {
    const float = hostTensor("float32", images.shape, images.data as Float32Array);
    let first: readonly number[] | undefined;
    for (const [i, session] of sessions.entries()) {
      const logits = await session.run(float);
      scores[i]!.update(logits, labels);
      const own = answers(logits);
      first ??= own;
      for (const [n, answer] of own.entries()) if (answer === first[n]) equal[i]!++;
    }
    count += first!.length;
    pictures += images.shape[0]!;
  }
  return { scores: scores.map((each) => each.value()), equal, answers: count, pictures };
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
