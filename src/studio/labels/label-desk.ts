// What is to be decided about labels and what has been: predictions of a run, joined with the open data set and the decisions.
import { join } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { LabelChange } from "../../data/index.ts";
import { besideOf } from "../data/beside.ts";
import type { Listing } from "../data/listing.ts";
import type { OpenData } from "../data/open-data.ts";
import { notFound } from "../http/answers.ts";
import type { RankedLabels } from "../tables/protocol.ts";
import type { TableThread } from "../tables/table-thread.ts";
import type { LabelDecision, LabelDecisions, LabelNames, LabelQueue, QueuedPicture } from "./api.ts";
import { dataCommand } from "./data-command.ts";
import { DecisionFile } from "./decision-file.ts";
import type { FoundSource } from "./sources.ts";

/** The data set whose labels are decided about. */
export interface LabelDeskRequest {
  readonly data: OpenData;
  readonly listing: Listing;
  readonly tables: TableThread;
  /** Modules of the user that register components. */
  readonly imports: readonly string[];
}

/** The queue and the decisions of one data set. */
export class LabelDesk {
  readonly #data: OpenData;
  readonly #listing: Listing;
  readonly #tables: TableThread;
  readonly #file: DecisionFile;
  readonly #imports: readonly string[];
  #ranked: { readonly key: string; readonly labels: Promise<RankedLabels> } | undefined;

  /** @throws ClassifierTrainingError kind "usage" `LABELS_CHANGED` where the data was opened with a list of changed labels */
  constructor({ data, listing, tables, imports }: LabelDeskRequest) {
    if (data.splits.labelChanges !== undefined) {
      const message = "the data was opened with a list of changed labels";
      throw new ClassifierTrainingError("usage", "LABELS_CHANGED", message, {
        where: "data.label_changes",
        hint: "open the studio without it: decisions are about labels as the data has them",
      });
    }
    this.#data = data;
    this.#imports = imports;
    this.#tables = tables;
    this.#listing = listing;
    this.#file = new DecisionFile(join(besideOf(data.root ?? data.splits.root ?? "."), "labels.jsonl"));
  }

  /**
   * The pictures whose labels the predictions contradict, those that have been decided about among them. Pictures that were moved or
   * set aside since are left out.
   */
  async queue({ folder, id, written }: FoundSource): Promise<LabelQueue> {
    const key = `${id} ${written}`;
    if (this.#ranked?.key !== key) this.#ranked = { key, labels: this.#tables.rank(folder) };
    const ranked = this.#ranked;
    const { pictures, ...counts } = await ranked.labels.catch((error) => {
      if (this.#ranked === ranked) this.#ranked = undefined;
      throw error;
    });
    const there = pictures.flatMap((each): QueuedPicture[] => {
      const current = this.#labelsOf(each.picture);
      if (current === undefined || !sameNames(current, each.given)) return [];
      return [{ ...each, name: this.#listing.name(each.picture) }];
    });
    return { ...counts, pictures: there };
  }

  async decisions(): Promise<LabelDecisions> {
    return this.#answer(await this.#file.read());
  }

  /** Decides what a picture is. @throws ClassifierTrainingError kind "usage" `LABEL_UNKNOWN`; `NOT_FOUND` */
  async decide(picture: number, to: LabelNames): Promise<LabelDecisions> {
    const from = this.#labelsOf(picture);
    if (from === undefined) throw notFound("there is no such picture");
    const name = this.#listing.name(picture);
    return this.#answer(await this.#file.decide({ name, from, to: this.#checked(to) }));
  }

  /** Takes a decision back. */
  async undo(name: string): Promise<LabelDecisions> {
    return this.#answer(await this.#file.undo(name));
  }

  /** What a picture is labelled as, without decisions; undefined where it is gone. */
  #labelsOf(picture: number): LabelNames | undefined {
    if (!this.#listing.has(picture)) return undefined;
    const names = this.#listing.labels(picture).map((label) => this.#listing.classes[label]!);
    return this.#data.task === "multi_label" ? names : names[0];
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
    const picture = this.#listing.find(change.name);
    const isThere =
      picture !== undefined && this.#listing.has(picture) && this.#listing.name(picture) === change.name;
    if (!isThere) return { ...change, picture: null, stale: "the picture is gone, or lies elsewhere" };
    const fits = sameNames(this.#labelsOf(picture)!, change.from);
    return { ...change, picture, stale: fits ? null : "the picture is labelled otherwise by now" };
  }
}

function sameNames(a: LabelNames, b: LabelNames): boolean {
  const [first, second] = [a, b].map((names) => (typeof names === "string" ? [names] : names).toSorted());
  return first!.join("\n") === second!.join("\n");
}
