// The decisions about labels, in a list of changed labels that training applies as it is: a label found right changes to itself.
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { formatLabelChanges, type LabelChange, parseLabelChanges } from "../../data/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";

/** One decision for each picture; every change is on the disk before it is answered, and the file is whole at any moment. */
export class DecisionFile {
  readonly path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** Those on the disk, the oldest first. @throws ClassifierTrainingError kind "data" `LABEL_CHANGES` where somebody has broken the file */
  async read(): Promise<LabelChange[]> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return parseLabelChanges(text, this.path).map(({ name, from, to }) => ({ name, from, to }));
  }

  /** Decides about a picture; an earlier decision about it is forgotten. */
  decide(change: LabelChange): Promise<LabelChange[]> {
    return this.#update((changes) => [...changes.filter(({ name }) => name !== change.name), change]);
  }

  /** Forgets the decision about a picture. */
  undo(name: string): Promise<LabelChange[]> {
    return this.#update((changes) => changes.filter((change) => change.name !== name));
  }

  /** One at a time, each from what is on the disk. */
  #update(change: (changes: readonly LabelChange[]) => LabelChange[]): Promise<LabelChange[]> {
    const done = this.#last.then(async () => {
      const changes = change(await this.read());
      await this.#write(changes);
      return changes;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #write(changes: readonly LabelChange[]): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
    } catch (error) {
      throw writeFailed(this.path, error);
    }
    await writeDurably(this.path, [new TextEncoder().encode(formatLabelChanges(changes))]);
  }
}
