// The decisions about labels, in a list of changed labels that training applies as it is: a label found right changes to itself, and
// a decision about a picture that was moved since is marked as skipped until it is back.
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { formatLabelChanges, type LabelChange, parseLabelChanges } from "../../data/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import type { Listing } from "../data/listing.ts";
import type { LabelDecision, LabelNames } from "./api.ts";

/** What is decided about, and where that is written. */
export interface DecisionsRequest {
  readonly path: string;
  readonly listing: Listing;
  /** Whether a picture may have several labels. */
  readonly several: boolean;
  /** Where pictures lay that were moved in the studio. */
  left(): ReadonlySet<string>;
}

/** One decision for each picture; every change is on the disk before it is answered, and the file is whole at any moment. */
export class Decisions {
  readonly path: string;
  readonly #listing: Listing;
  readonly #several: boolean;
  readonly #left: () => ReadonlySet<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ path, listing, several, left }: DecisionsRequest) {
    this.path = path;
    this.#listing = listing;
    this.#several = several;
    this.#left = left;
  }

  /** Those on the disk, the oldest first. @throws ClassifierTrainingError kind "data" `LABEL_CHANGES` where somebody has broken the file */
  async read(): Promise<LabelDecision[]> {
    return this.#judged(await this.#changes());
  }

  /** Decides about a picture; an earlier decision about it is forgotten. */
  decide(change: LabelChange): Promise<LabelDecision[]> {
    return this.#update((decisions) => [...decisions.filter(({ name }) => name !== change.name), change]);
  }

  /** Forgets the decision about a picture. */
  undo(name: string): Promise<LabelDecision[]> {
    return this.#update((decisions) => decisions.filter((decision) => decision.name !== name));
  }

  /** Forgets the decisions that do not fit the pictures. */
  drop(): Promise<LabelDecision[]> {
    return this.#update((decisions) => decisions.filter(({ stale }) => stale === null));
  }

  /** Marks which of them are skipped, now that pictures may have been moved. */
  settle(): Promise<LabelDecision[]> {
    return this.#update((decisions) => decisions);
  }

  /** What a picture is labelled as, without decisions; undefined where it is gone. */
  labelsOf(picture: number): LabelNames | undefined {
    if (!this.#listing.has(picture)) return undefined;
    const names = this.#listing.labels(picture).map((label) => this.#listing.classes[label]!);
    return this.#several ? names : names[0];
  }

  /** Those about pictures that the studio has moved are skipped; training refuses the others that do not fit. */
  #judged(changes: readonly LabelChange[]): LabelDecision[] {
    let left: ReadonlySet<string> | undefined;
    const isLeft = (name: string): boolean => {
      left ??= this.#left();
      return left.has(name);
    };
    return changes.map(({ name, from, to, skipped = false }) => {
      const decision = { name, from, to };
      const picture = this.#listing.find(name);
      const labels = picture === undefined ? undefined : this.labelsOf(picture);
      const place = picture === undefined ? undefined : this.#listing.name(picture);
      if (picture !== undefined && labels !== undefined && place === name) {
        const stale = sameNames(labels, from) ? null : "the picture is labelled otherwise by now";
        return { ...decision, picture, stale, skipped: false };
      }
      const isSkipped = skipped || isLeft(name);
      if (labels === undefined)
        return { ...decision, picture: null, stale: "the picture is not there any more", skipped: isSkipped };
      return {
        ...decision,
        picture: picture!,
        stale: `the picture was moved to ${place}`,
        skipped: isSkipped,
      };
    });
  }

  async #changes(): Promise<LabelChange[]> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return parseLabelChanges(text, this.path);
  }

  /** One at a time, each from what is on the disk. */
  #update(change: (decisions: readonly LabelDecision[]) => readonly LabelChange[]): Promise<LabelDecision[]> {
    const done = this.#last.then(async () => {
      const before = await this.#changes();
      const decisions = this.#judged(change(this.#judged(before)));
      const text = formatLabelChanges(decisions);
      if (text !== formatLabelChanges(before)) await this.#write(text);
      return decisions;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #write(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
    } catch (error) {
      throw writeFailed(this.path, error);
    }
    await writeDurably(this.path, [new TextEncoder().encode(text)]);
  }
}

/** Whether both say the same, in whatever order. */
export function sameNames(a: LabelNames, b: LabelNames): boolean {
  const [first, second] = [a, b].map((names) => (typeof names === "string" ? [names] : names).toSorted());
  return first!.join("\n") === second!.join("\n");
}
