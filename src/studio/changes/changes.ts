// Moves pictures to other classes and out of the data set, so that all of it can be undone, also after a kill at any moment.
import { join, posix } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Listing } from "../data/listing.ts";
import type { ChangeAction, ChangeRange, ChangeRequest, ChangeResult, ChangeSummary } from "./api.ts";
import { type ChangeItem, ChangeLog, type LoggedChange } from "./change-log.ts";
import type { ClassFolders } from "./class-folders.ts";
import { checkMovable, isFree, moveFile, type Place, releaseName, syncFolders } from "./move-file.ts";
import { planMove } from "./plan-move.ts";

/** The data set that is changed. */
export interface ChangesRequest {
  /** Its folder. */
  readonly root: string;
  /** The folder of all that the studio writes about it. */
  readonly beside: string;
  readonly listing: Listing;
  /** Undefined: pictures cannot be moved. */
  readonly folders: ClassFolders | undefined;
}

/** Where pictures go that leave the data set, in the folder beside it. */
const FOLDERS: Readonly<Partial<Record<ChangeAction, string>>> = {
  "set-aside": "set-aside",
  delete: "deleted",
};
const MOST_NAMES = 3;

/** The changes of a data set, one at a time. */
export class Changes {
  readonly #data: ChangesRequest;
  readonly #log: ChangeLog;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(data: ChangesRequest, log: ChangeLog) {
    this.#data = data;
    this.#log = log;
  }

  /**
   * Reads the log and finds out how changes ended that a kill cut short: every picture is at its old place or at its new one.
   * @param isWritten false: nothing of this is written down, and nobody may ask for a change
   * @throws ClassifierTrainingError kind "storage" `LOG_UNREADABLE`, `LOG_NOT_WRITTEN`
   */
  static async open(
    data: ChangesRequest,
    { isWritten = true }: { readonly isWritten?: boolean } = {},
  ): Promise<Changes> {
    const changes = new Changes(data, await ChangeLog.open(join(data.beside, "changes.jsonl")));
    if (isWritten) for (const change of changes.#log.changes) await changes.#recover(change);
    return changes;
  }

  /** The keys of problems that are said to be in order. */
  get dismissed(): ReadonlySet<string> {
    const standing = this.#log.changes.filter(
      (change) => change.action === "dismiss" && change.standing.length > 0,
    );
    return new Set(standing.map(({ items }) => items[0]!.from));
  }

  /** Where pictures lay that changes have taken from there, and that are not undone. */
  get left(): ReadonlySet<string> {
    const moves = this.#log.changes.filter(({ action }) => action !== "dismiss");
    return new Set(moves.flatMap(({ items, standing }) => standing.map((position) => items[position]!.from)));
  }

  /** Some of the changes, the latest first. */
  range(from: number, count: number): ChangeRange {
    const all = this.#log.changes;
    const chosen = all.toReversed().slice(from, from + count);
    return { total: all.length, changes: chosen.map((change) => this.#summary(change)) };
  }

  /**
   * Does it, picture after picture, until one cannot be moved.
   * @throws ClassifierTrainingError as `planMove` and, where no picture was moved, as `moveFile`
   */
  apply(request: ChangeRequest): Promise<ChangeResult> {
    return this.#inTurn(async () => {
      const at = new Date().toISOString();
      if (request.action === "dismiss") {
        const items = [{ from: request.problem, to: request.title }];
        const change = await this.#log.begin({ at, action: "dismiss", className: null, items });
        await this.#log.settle(change, [0]);
        return { change: this.#summary(change), left: null };
      }
      const { listing } = this.#data;
      const { ids, items, label } = await planMove(
        request,
        this.#data,
        (item) => this.#target(request.action, item).path,
      );
      const className = label === undefined ? null : listing.classes[label]!;
      const change = await this.#log.begin({ at, action: request.action, className, items });
      return this.#carryOut(change, [...items.keys()], async (position) => {
        const item = items[position]!;
        await moveFile(this.#origin(item), this.#target(change.action, item));
        if (label === undefined) listing.remove(ids[position]!);
        else listing.move(ids[position]!, item.to, this.#target("move", item).path, label);
      });
    });
  }

  /**
   * Brings back what a change moved and what is still where it was moved to.
   * @throws ClassifierTrainingError kind "usage": `CHANGE_UNKNOWN`, `CHANGE_UNDONE`; where no picture can be brought back `PICTURE_GONE`,
   * `PLACE_TAKEN` and what `moveFile` throws
   */
  undo(id: number): Promise<ChangeResult> {
    return this.#inTurn(async () => {
      const change = this.#log.get(id);
      if (change === undefined) throw usage("CHANGE_UNKNOWN", "there is no such change");
      if (change.standing.length === 0) throw usage("CHANGE_UNDONE", "this has been undone already");
      if (change.action === "dismiss") {
        await this.#log.settle(change, []);
        return { change: this.#summary(change), left: null };
      }
      const [possible, refusals] = await this.#undoable(change);
      if (possible.length === 0) throw refusals[0]!;
      await this.#log.beginUndo(change);
      let unlisted = 0;
      const result = await this.#carryOut(change, possible, async (position) => {
        const item = change.items[position]!;
        await moveFile(this.#target(change.action, item), this.#origin(item));
        if (!this.#returned(change, item)) unlisted++;
      });
      const later = unlisted === 0 ? null : `${unlisted} of them are listed when the studio starts again`;
      return { ...result, left: result.left ?? refusals[0]?.toLine() ?? later };
    });
  }

  /** Moves items until one cannot be moved, and logs which of them stand. */
  async #carryOut(
    change: LoggedChange,
    positions: readonly number[],
    move: (position: number) => Promise<void>,
  ): Promise<ChangeResult> {
    const isUndo = change.pending === "undo";
    const standing = new Set(change.standing);
    let error: ClassifierTrainingError | undefined;
    const moved: ChangeItem[] = [];
    for (const position of positions) {
      try {
        await move(position);
      } catch (refusal) {
        if (!(refusal instanceof ClassifierTrainingError)) throw refusal;
        error = refusal;
        break;
      }
      moved.push(change.items[position]!);
      if (isUndo) standing.delete(position);
      else standing.add(position);
    }
    await syncFolders(
      moved.flatMap((item) => [this.#origin(item).path, this.#target(change.action, item).path]),
    );
    await this.#log.settle(change, [...standing]);
    if (error !== undefined && moved.length === 0) throw error;
    return { change: this.#summary(change), left: error?.toLine() ?? null };
  }

  /** Which items can be brought back, and why the others cannot. */
  async #undoable(change: LoggedChange): Promise<[number[], ClassifierTrainingError[]]> {
    const possible: number[] = [];
    const refusals: ClassifierTrainingError[] = [];
    for (const position of change.standing) {
      const item = change.items[position]!;
      try {
        await checkMovable(this.#target(change.action, item));
        if (!(await isFree(this.#origin(item).path))) {
          throw new ClassifierTrainingError("usage", "PLACE_TAKEN", "another file has taken its place", {
            where: item.from,
          });
        }
        possible.push(position);
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError)) throw error;
        refusals.push(error);
      }
    }
    return [possible, refusals];
  }

  /** The listing learns that a picture is where it was before a change; false where it knows no class of that folder. */
  #returned(change: LoggedChange, item: ChangeItem): boolean {
    const { listing, folders } = this.#data;
    const place = folders?.placeOf(item.from);
    if (place === undefined) return false;
    const { path } = this.#origin(item);
    const id = listing.find(item.to);
    if (change.action === "move" && id !== undefined) listing.move(id, item.from, path, place.label);
    else listing.restore(item.from, path, place.part, place.label);
    return true;
  }

  /** Looks where the pictures are of what was begun and not said to be done. */
  async #recover(change: LoggedChange): Promise<void> {
    if (change.pending === undefined) return;
    const isUndo = change.pending === "undo";
    const candidates = isUndo ? change.standing : [...change.items.keys()];
    const standing: number[] = [];
    for (const position of change.action === "dismiss" ? [] : candidates) {
      const item = change.items[position]!;
      const [origin, target] = [this.#origin(item).path, this.#target(change.action, item).path];
      const [source, held] = isUndo ? [target, origin] : [origin, target];
      const isMoved = (await isFree(source)) && !(await isFree(held));
      if (!isMoved && !(await isFree(source)) && (await releaseName(held))) this.#forget(held);
      if (isMoved !== isUndo) standing.push(position);
    }
    await this.#log.settle(change, change.action === "dismiss" && !isUndo ? [0] : standing);
  }

  /** A name that was held for a picture is none, though it was listed as one. */
  #forget(path: string): void {
    const { listing, root } = this.#data;
    const id = listing.find(posix.relative(posix.join(root), path));
    if (id !== undefined && listing.has(id)) listing.remove(id);
  }

  #origin({ from }: ChangeItem): Place {
    return { folder: this.#data.root, path: join(this.#data.root, from) };
  }

  #target(action: ChangeAction, { to }: ChangeItem): Place {
    const { root, beside } = this.#data;
    const folder = FOLDERS[action];
    return folder === undefined
      ? { folder: root, path: join(root, to) }
      : { folder: beside, path: join(beside, folder, to) };
  }

  #summary({ change: id, at, action, className, items, standing }: LoggedChange): ChangeSummary {
    const names = items.slice(0, MOST_NAMES).map(({ from, to }) => (action === "dismiss" ? to : from));
    return { id, at, action, className, count: items.length, standing: standing.length, names };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function usage(code: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message);
}
