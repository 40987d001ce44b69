// Several runs as one model: the mean of their probabilities, or of their weights.
import { resolve } from "node:path";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError, float32, type HostTensor } from "../../core/index.ts";
import { exportModel } from "../../export/index.ts";
import { BatchNorm2d, Ensemble, type Module, type StateDict } from "../../nn/index.ts";
import { loadCheckpoint, TrainingEngine } from "../../train/index.ts";
import { type OpenedRun, openRun } from "../run/open-run.ts";
import { checkForm, type ExportedForm, exportInForm, type FormRequest } from "./export-form.ts";
import type { NamedModel } from "./measure-models.ts";
import { chosenFor } from "./model-reading.ts";
import { imageSizeOf, type ModelExport, requestOf } from "./write-export.ts";

/** What the mean is taken of. */
export type EnsembleAverage = "probabilities" | "weights";

/** The runs, and where their model goes. */
export interface EnsembleRequest extends FormRequest {
  /** Folders of runs, or checkpoints in them, with the same classes and preprocessing; the first one's data is measured on. */
  readonly runs: readonly string[];
  /** Default `probabilities`. */
  readonly average?: EnsembleAverage | undefined;
  readonly output: string;
  /** Settings that differ from the runs'. */
  readonly overrides: readonly string[];
  readonly registry: ComponentRegistry;
  readonly write?: (line: string) => void;
}

interface Member {
  readonly opened: OpenedRun;
  readonly weights: StateDict;
  readonly name: string;
}

/**
 * Exports an ensemble, measured beside its members on validation and test pictures. Where weights are averaged (a "model
 * soup": Wortsman et al. 2022, of runs from the same start), the running statistics of batch norms are computed anew over an epoch
 * of training, as torch's `update_bn` does.
 * @returns the ensemble in float32, its members, and what was written where that is in another format
 * @throws ClassifierTrainingError kind "usage" `ENSEMBLE_MEMBERS` where runs do not go together; as `exportInForm`
 */
export async function exportEnsemble(request: EnsembleRequest): Promise<ExportedForm> {
  const { runs, average = "probabilities", output, overrides, registry, write } = request;
  checkForm(request);
  if (runs.length < 2) throw unlike("an ensemble has at least two members", "--ensemble RUN RUN ...");
  const members: Member[] = [];
  try {
    for (const run of runs) {
      const opened = await openRun({ run, overrides, registry, ...(write && { write }) });
      const { tensors } = await loadCheckpoint(opened.weightsFile);
      members.push({ opened, weights: tensors, name: run });
      checkAlike(members[0]!, members.at(-1)!, average);
    }
    const [{ opened: first }] = members as [Member, ...Member[]];
    const { runtime, settings, data } = first;
    const { preprocessing } = data;
    const parts = average === "weights" ? await soup(members) : together(members);
    const common = {
      ...{ preprocessing, runtime, threads: settings.trainer.threads, folder: resolve(output) },
      warn: (line: string): void => write?.(`warning: ${line}`),
    };
    const imageSize = imageSizeOf(preprocessing);
    const others = members.map(({ opened, weights, name }): NamedModel => {
      const own = requestOf({ ...common, model: opened.model, weights }, imageSize);
      return { name, bytes: exportModel(own).bytes };
    });
    for (const { opened } of members) {
      const { modelFile } = opened.folder;
      const chosen = await chosenFor(modelFile);
      if (chosen !== "") common.warn(`not taken along from ${modelFile}, which is only a part: ${chosen}`);
    }
    const source = { ...common, ...parts, data, name: "ensemble", others, notify: write };
    return await exportInForm(source, request);
  } finally {
    for (const { opened } of members) await opened[Symbol.asyncDispose]();
  }
}

type Parts = Pick<ModelExport, "model" | "weights">;

/** Each member whole, side by side. */
function together(members: readonly Member[]): Parts {
  const [first, ...others] = members.map(({ opened }) => opened.model.network) as [Module, ...Module[]];
  const { classNames, architecture, labels } = members[0]!.opened.model;
  const weights = members.flatMap((member, i) =>
    [...member.weights].map(([name, tensor]): [string, HostTensor] => [`members.${i}.${name}`, tensor]),
  );
  const network = new Ensemble([first, ...others], labels.task);
  const model = { network, classNames, architecture, labels };
  return { model, weights: new Map(weights) };
}

/** One network with the mean of the weights. */
async function soup(members: readonly Member[]): Promise<Parts> {
  const [{ opened, weights: names }] = members as [Member, ...Member[]];
  const entries = Array.from(names, ([name, tensor]): [string, HostTensor] => {
    // Counters of batches, which nothing reads.
    if (tensor.dtype !== "float32") return [name, tensor];
    const mean = Float32Array.from((tensor as HostTensor<"float32">).data, (_, i) => {
      const values = members.map(({ weights }) => Number(weights.get(name)!.data[i]));
      return values.reduce((a, b) => a + b) / values.length;
    });
    return [name, float32(tensor.shape, mean)];
  });
  const weights = new Map(entries);
  const { model, settings, runtime, data } = opened;
  const normalises = Array.from(model.network.namedModules()).some(([, part]) => part instanceof BatchNorm2d);
  if (!normalises) return { model, weights };
  const { threads } = settings.trainer;
  const engine = await TrainingEngine.open({
    ...{ runtime, model, seed: settings.seed, optimizer: model.createOptimizer(), average: true },
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    await engine.writeWeights(weights);
    let passed = 0;
    for await (const batch of data.trainLoader(0))
      await engine.renewStatistics(batch, 1 / ++passed, [0, passed]);
    return { model, weights: await engine.readWeights("average") };
  } finally {
    await engine.dispose();
  }
}

function checkAlike(first: Member, other: Member, average: EnsembleAverage): void {
  const [a, b] = [first.opened, other.opened];
  if (a.model.classNames.join("\0") !== b.model.classNames.join("\0"))
    throw unlike(
      `its classes are not those of ${first.name}`,
      "train the members on the same classes",
      other,
    );
  if (a.model.labels.task !== b.model.labels.task)
    throw unlike(
      `its pictures are labelled otherwise than those of ${first.name}`,
      "train the members with the same task",
      other,
    );
  if (JSON.stringify(a.data.preprocessing) !== JSON.stringify(b.data.preprocessing)) {
    const hint = "train the members with the same data.image_size, transforms and kind of weights";
    throw unlike(`it prepares pictures otherwise than ${first.name}`, hint, other);
  }
  if (average === "probabilities") return;
  const shapes = ({ weights }: Member): string =>
    Array.from(weights, ([name, { shape }]) => `${name}:${shape}`).join("\0");
  if (shapes(first) !== shapes(other)) {
    const message = `its network is not that of ${first.name}, so their weights have no mean`;
    throw unlike(message, "average probabilities", other);
  }
}

function unlike(message: string, hint: string, { name }: Partial<Member> = {}): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "ENSEMBLE_MEMBERS", message, {
    where: name ?? "--ensemble",
    hint,
  });
}
