// What is to be decided about labels and what has been: predictions of a run, joined with the open data set and the decisions.
import { join } from "node:path";
import { rankPictures, readPredictedPictures, withLabelsOf } from "../../app/index.ts";
import { ClassifierTrainingError, LabelSets, labelsOf } from "../../core/index.ts";
import { type LabelChange, placesByName, type SamplePlace } from "../../data/index.ts";
import { besideOf } from "../data/beside.ts";
import type { Listing } from "../data/listing.ts";
import type { OpenData } from "../data/open-data.ts";
import { notFound } from "../http/answers.ts";
import type { ClassProbability, LabelDecision, LabelDecisions, LabelNames, LabelQueue } from "./api.ts";
import { dataCommand } from "./data-command.ts";
import { DecisionFile } from "./decision-file.ts";
import type { FoundSource } from "./sources.ts";

/** Classes shown beside the given ones. */
const MOST_CLASSES = 5;

/** The queue and the decisions of one data set. */
export class LabelDesk {
  readonly #data: OpenData;
  readonly #listing: Listing;
  readonly #file: DecisionFile;
  readonly #imports: readonly string[];
  /** Pictures by their names in lists of changed labels: their numbers, and where they were when the data was opened. */
  readonly #pictures: ReadonlyMap<string, { readonly id: number; readonly place: SamplePlace }>;
  /** And their names by number. */
  readonly #names: ReadonlyMap<number, string>;
  #ranked: { readonly key: string; readonly queue: LabelQueue } | undefined;

  /**
   * @param imports modules of the user that register components
   * @throws ClassifierTrainingError kind "usage" `LABELS_CHANGED` where the data was opened with a list of changed labels
   */
  constructor(data: OpenData, listing: Listing, imports: readonly string[]) {
    if (data.splits.labelChanges !== undefined) {
      const message = "the data was opened with a list of changed labels";
      throw new ClassifierTrainingError("usage", "LABELS_CHANGED", message, {
        where: "data.label_changes",
        hint: "open the studio without it: decisions are about labels as the data has them",
      });
    }
    this.#data = data;
    this.#imports = imports;
    this.#listing = listing;
    this.#file = new DecisionFile(join(besideOf(data.root ?? data.splits.root ?? "."), "labels.jsonl"));
    this.#pictures = new Map(
      [...placesByName(data.splits)].flatMap(([name, [place]]) => {
        const id = listing.find(data.splits[place!.part]!.name(place!.index));
        return id === undefined ? [] : [[name, { id, place: place! }] as const];
      }),
    );
    this.#names = new Map([...this.#pictures].map(([name, { id }]) => [id, name]));
  }

  /**
   * The pictures whose labels the predictions contradict, those that have been decided about among them. Pictures that were moved or
   * set aside since are left out.
   */
  async queue({ folder, id, written }: FoundSource): Promise<LabelQueue> {
    const key = `${id} ${written}`;
    if (this.#ranked?.key !== key) this.#ranked = { key, queue: await this.#rank(folder) };
    const { predicted, pictures } = this.#ranked.queue;
    return { predicted, pictures: pictures.filter(({ name }) => this.#current(name) !== undefined) };
  }

  async decisions(): Promise<LabelDecisions> {
    return this.#answer(await this.#file.read());
  }

  /** Decides what a picture is. @throws ClassifierTrainingError kind "usage" `LABEL_UNKNOWN`; `NOT_FOUND` */
  async decide(picture: number, to: LabelNames): Promise<LabelDecisions> {
    const name = this.#names.get(picture);
    const from = name === undefined ? undefined : this.#current(name);
    if (name === undefined || from === undefined) throw notFound("there is no such picture");
    return this.#answer(await this.#file.decide({ name, from, to: this.#checked(to) }));
  }

  /** Takes a decision back. */
  async undo(name: string): Promise<LabelDecisions> {
    return this.#answer(await this.#file.undo(name));
  }

  /** What a picture is labelled as, without decisions; undefined where it is gone, or lies elsewhere by now. */
  #current(name: string): LabelNames | undefined {
    const { id, place } = this.#pictures.get(name) ?? {};
    if (id === undefined || place === undefined || !this.#listing.has(id)) return undefined;
    const { labels, classes } = this.#data.splits[place.part]!;
    const opened = labelsOf(labels, place.index);
    if (opened.join() !== this.#listing.labels(id).join()) return undefined;
    const names = opened.map((label) => classes[label]!);
    return labels instanceof LabelSets ? names : names[0];
  }

  #checked(to: LabelNames): LabelNames {
    const several = this.#data.task === "multi_label";
    const names = typeof to === "string" ? [to] : to;
    const { classes } = this.#listing;
    const unknown = names.find((name) => !classes.includes(name));
    if (unknown === undefined && several === (typeof to !== "string"))
      return several ? classes.filter((name) => names.includes(name)) : to;
    throw new ClassifierTrainingError(
      "usage",
      "LABEL_UNKNOWN",
      unknown === undefined
        ? `the pictures have ${several ? "several labels" : "one class each"}`
        : `there is no class "${unknown}"`,
    );
  }

  #answer(changes: readonly LabelChange[]): LabelDecisions {
    const { path } = this.#file;
    const { configuration, splits } = this.#data;
    return {
      decisions: changes.map((change) => this.#decision(change)),
      file: path,
      command: dataCommand("train", configuration, this.#imports, [
        `data.label_changes=${JSON.stringify(path)}`,
      ]),
      // Folds are for data that does not come split.
      predict: dataCommand(
        splits.val === undefined ? "cross-validate" : "train",
        configuration,
        this.#imports,
      ),
    };
  }

  #decision(change: LabelChange): LabelDecision {
    const current = this.#current(change.name);
    const stale =
      current === undefined
        ? "the picture is gone, or lies elsewhere"
        : sameNames(current, change.from)
          ? null
          : "the picture is labelled otherwise by now";
    return { ...change, picture: this.#pictures.get(change.name)?.id ?? null, stale };
  }

  async #rank(folder: string): Promise<LabelQueue> {
    const predicted = withLabelsOf(await readPredictedPictures(folder), this.#data.splits);
    const { classes, names, probabilities } = predicted;
    const ranked = rankPictures(predicted).filter(({ name }) => this.#pictures.has(name));
    const inOrder = (given: LabelNames): LabelNames =>
      typeof given === "string" ? given : this.#listing.classes.filter((each) => given.includes(each));
    const pictures = ranked.map(({ row, name, given, suggested, score, isError }) => {
      const all = classes
        .map(
          (each, k): ClassProbability => ({
            name: each,
            probability: probabilities[row * classes.length + k]!,
          }),
        )
        .sort((a, b) => b.probability - a.probability);
      const own = new Set(typeof given === "string" ? [given] : given);
      const shown = all.filter((each, i) => i < MOST_CLASSES || own.has(each.name));
      const said = { name, given: inOrder(given), suggested: inOrder(suggested), score, isError };
      return { picture: this.#pictures.get(name)!.id, ...said, classes: shown };
    });
    return { predicted: names.length, pictures };
  }
}

function sameNames(a: LabelNames, b: LabelNames): boolean {
  const [first, second] = [a, b].map((names) => (typeof names === "string" ? [names] : names).toSorted());
  return first!.join("\n") === second!.join("\n");
}
