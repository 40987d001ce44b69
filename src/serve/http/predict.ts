// A prediction from body to answer: admitted, read, prepared, classified, within its deadline.
import type { ServerResponse } from "node:http";
import type { Context } from "hono";
import { type LabelsMapping, type Prediction, taskOfLabels } from "../../inference/index.ts";
import { requestError } from "../errors.ts";
import type { ServedModel } from "../served-model.ts";
import type { ServeEnv } from "./observe.ts";
import type { ServerParts } from "./parts.ts";
import { readBody } from "./read-body.ts";

const DEFAULT_TOP_K = 5;

/** @throws ClassifierTrainingError kind "usage" or "data", for `answerTo` */
export async function predict(
  c: Context<ServeEnv>,
  model: ServedModel,
  { admission, limits, pool, isStopping }: ServerParts,
): Promise<Response> {
  const { incoming, outgoing } = c.env;
  c.set("model", model.source.name);
  const wanted = topKOf(c.req.query("top_k"));
  if (isStopping()) throw requestError("STOPPING", "the server is stopping");
  admission.checkRoom();
  using held = admission.hold();
  const body = await readBody(incoming, limits, held);
  c.set("bytes", body.length);
  using _entered = admission.enter();
  using patience = new Patience(outgoing, limits.deadlineMs);
  const { signal } = patience;
  return await model.version.use(async (version) => {
    const { labels, sha256 } = version.description;
    const topK = namedOf(wanted, labels);
    const tensors = await pool.prepare(
      {
        ...{ body, contentType: incoming.headers["content-type"] ?? "", labels: preparationOf(labels) },
        ...{ maxPixels: limits.maxPixels, maxPictures: limits.maxPictures },
        timeoutSeconds: Math.max(1, Math.ceil(limits.deadlineMs / 1000)),
      },
      signal,
      () => version.hasRoom,
    );
    c.set("pictures", tensors.length);
    const predictions = await version.classify(tensors, topK, signal);
    return c.json({
      model: model.source.name,
      version: sha256,
      predictions: predictions.map((classes) => ({
        ...(taskOfLabels(labels) === "multi_label" && { labels: presentLabels(classes) }),
        classes: classes.map(toJson),
      })),
    });
  });
}

/** Aborts when the deadline has passed, or nobody waits for the answer any more. */
class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly #outgoing: ServerResponse;
  readonly #timer: NodeJS.Timeout;

  constructor(outgoing: HttpOutgoing, deadlineMs: number) {
    this.#outgoing = outgoing as ServerResponse;
    this.#outgoing.on("close", this.#gone);
    this.#timer = setTimeout(() => {
      const message = `not answered within ${deadlineMs / 1000} s`;
      this.#controller.abort(requestError("DEADLINE_EXCEEDED", message, "send fewer pictures at a time"));
    }, deadlineMs);
    if (outgoing.closed) this.#gone();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outgoing.off("close", this.#gone);
  }

  readonly #gone = (): void => {
    this.#controller.abort(requestError("CLIENT_GONE", "the client went away"));
  };
}

type HttpOutgoing = ServeEnv["Bindings"]["outgoing"];

function preparationOf<L extends { transforms: unknown; image_size: unknown }>({
  transforms,
  image_size,
}: L) {
  return { transforms, image_size } as Pick<L, "transforms" | "image_size">;
}

function topKOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw requestError("REQUEST_INVALID", "top_k is not a whole number from 1");
}

/** Of several labels all, each present or not. */
function namedOf(topK: number | undefined, labels: LabelsMapping): number {
  if (taskOfLabels(labels) === "multi_class") return topK ?? DEFAULT_TOP_K;
  if (topK === undefined || topK >= labels.num_classes) return labels.num_classes;
  const message = `the model tells which of ${labels.num_classes} labels are present, not the likeliest`;
  throw requestError("REQUEST_INVALID", message, "leave out top_k");
}

function presentLabels(predictions: readonly Prediction[]): string[] {
  return predictions.filter(({ present }) => present === true).map(({ label }) => label);
}

function toJson({ classId, label, confidence, present, unsure }: Prediction): object {
  return {
    class_id: classId,
    label,
    confidence,
    ...(present !== undefined && { present }),
    ...(unsure !== undefined && { unsure }),
  };
}
