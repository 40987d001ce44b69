// What is to be decided about labels and what has been: predictions of a run, joined with the open data set and the decisions.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Listing } from "../data/listing.ts";
import type { OpenData } from "../data/open-data.ts";
import type { OpenPictures } from "../data/open-pictures.ts";
import { notFound } from "../http/answers.ts";
import type { RankedLabels } from "../tables/protocol.ts";
import type { TableThread } from "../tables/table-thread.ts";
import type { LabelDecision, LabelDecisions, LabelNames, LabelQueue, QueuedPicture } from "./api.ts";
import { dataCommand } from "./data-command.ts";
import { type Decisions, sameNames } from "./decisions.ts";
import type { FoundSource } from "./sources.ts";

/** The data set whose labels are decided about. */
export interface LabelDeskRequest {
  readonly data: OpenData;
  readonly pictures: Pick<OpenPictures, "listing" | "decisions">;
  readonly tables: TableThread;
  /** Modules of the user that register components. */
  readonly imports: readonly string[];
}

/** The queue and the decisions of one data set. */
export class LabelDesk {
  readonly #data: OpenData;
  readonly #listing: Listing;
  readonly #tables: TableThread;
  readonly #decisions: Decisions;
  readonly #imports: readonly string[];
  #ranked: { readonly key: string; readonly labels: Promise<RankedLabels> } | undefined;

  /** @throws ClassifierTrainingError kind "usage" `LABELS_CHANGED` where the data was opened with a list of changed labels */
  constructor({ data, pictures: { listing, decisions }, tables, imports }: LabelDeskRequest) {
    if (decisions === undefined) {
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
    this.#decisions = decisions;
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
      const current = this.#decisions.labelsOf(each.picture);
      if (current === undefined || !sameNames(current, each.given)) return [];
      return [{ ...each, name: this.#listing.name(each.picture) }];
    });
    return { ...counts, pictures: there };
  }

  async decisions(): Promise<LabelDecisions> {
    return this.#answer(await this.#decisions.read());
  }

  /** Decides what a picture is. @throws ClassifierTrainingError kind "usage" `LABEL_UNKNOWN`; `NOT_FOUND` */
  async decide(picture: number, to: LabelNames): Promise<LabelDecisions> {
    const from = this.#decisions.labelsOf(picture);
    if (from === undefined) throw notFound("there is no such picture");
    const name = this.#listing.name(picture);
    return this.#answer(await this.#decisions.decide({ name, from, to: this.#checked(to) }));
  }

  /** Takes back the decisions that do not fit the pictures. */
  async drop(): Promise<LabelDecisions> {
    return this.#answer(await this.#decisions.drop());
  }

  /** Takes a decision back. */
  async undo(name: string): Promise<LabelDecisions> {
    return this.#answer(await this.#decisions.undo(name));
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

  #answer(decisions: readonly LabelDecision[]): LabelDecisions {
    const { path } = this.#decisions;
    const { configuration, splits } = this.#data;
    return {
      decisions,
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
}
