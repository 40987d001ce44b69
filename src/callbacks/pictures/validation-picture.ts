// The common course of callbacks that draw what a validation pass has shown: of the best and of the last epoch.
import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import type { Picture } from "../../plots/index.ts";
import { Callback, type EventOf, type FitContext, type Json } from "../../train/index.ts";
import { BestEpoch, type BestEpochOptions, bestEpochFields } from "../best-epoch.ts";
import { DrawingBudget } from "./drawing-budget.ts";
import { pngOf, writeFiles } from "./picture-files.ts";

/** Where the pictures go, and which epoch counts as best. */
export interface ValidationPictureOptions extends BestEpochOptions {
  /** Folder of the pictures. */
  readonly dirpath: string;
}

/** The fields of `ValidationPictureOptions`, for the schemas of subclasses. */
export const validationPictureFields: {
  readonly [K in keyof ValidationPictureOptions]-?: z.ZodType<ValidationPictureOptions[K]>;
} = { ...bestEpochFields, dirpath: z.string().min(1) };

/** What an epoch's validation has shown. */
interface Snapshot<Collected> {
  readonly collected: Collected;
  readonly heading: string;
  written: boolean;
}

/**
 * Subclasses collect from the validation batches, so that no forward pass is added, and draw. `best.png` and
 * `last.png` are written when training ends, and before that after as many epochs as cost no more than 1 % of the
 * run's time; loggers that take pictures get the last. A validation in the middle of an epoch is drawn only where it
 * is the epoch's last; the sanity check never is.
 */
export abstract class ValidationPicture<Collected> extends Callback {
  override readonly runsInFastDevRun = false;
  readonly #dirpath: string;
  readonly #bestEpoch: BestEpoch;
  readonly #budget = new DrawingBudget();
  #collected: Collected | undefined;
  #finished: Collected | undefined;
  #best: Snapshot<Collected> | undefined;
  #last: Snapshot<Collected> | undefined;

  constructor({ dirpath, ...best }: ValidationPictureOptions) {
    super();
    parseOptions(this.constructor.name, z.strictObject(validationPictureFields), { dirpath, ...best });
    this.#dirpath = dirpath;
    this.#bestEpoch = new BestEpoch(this.constructor.name, best);
  }

  /** Name of the picture for loggers. */
  protected abstract readonly imageName: string;
  protected abstract begin(context: FitContext): Collected;
  protected abstract add(
    collected: Collected,
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void;
  /** What all processes have collected, as one that has seen every sample: of this process's own, and the parts of all. */
  protected abstract merge(own: Collected, context: FitContext): Promise<Collected>;
  /** @param heading `epoch 7 of 20, val/acc_top1 0.9312` */
  protected abstract draw(
    collected: Collected,
    heading: string,
    context: FitContext,
  ): Picture | Promise<Picture>;

  /** Whether there is something to draw in a batch; where not, nothing is written. */
  protected accepts(_event: EventOf<"validationBatchEnd">): boolean {
    return true;
  }

  /** The same as a table, in CSV. */
  protected table(_collected: Collected, _context: FitContext): string | undefined {
    return undefined;
  }

  override state(): Json {
    return this.#bestEpoch.state();
  }

  override loadState(state: Json): void {
    this.#bestEpoch.load(state);
  }

  override onValidationStart({ sanityCheck }: EventOf<"validationStart">, context: FitContext): void {
    this.#collected = sanityCheck ? undefined : this.begin(context);
  }

  override onValidationBatchEnd(event: EventOf<"validationBatchEnd">, context: FitContext): void {
    if (!this.accepts(event)) this.#collected = undefined;
    if (this.#collected !== undefined) this.add(this.#collected, event, context);
  }

  override async onValidationEnd(
    { sanityCheck }: EventOf<"validationEnd">,
    context: FitContext,
  ): Promise<void> {
    const own = this.#collected;
    this.#collected = undefined;
    this.#finished = own;
    if (sanityCheck || context.size === 1) return;
    const accepted = await context.gather(own !== undefined);
    this.#finished =
      own !== undefined && !accepted.includes(false) ? await this.merge(own, context) : undefined;
  }

  override async onTrainEpochEnd(
    { epoch, metrics }: EventOf<"trainEpochEnd">,
    context: FitContext,
  ): Promise<void> {
    if (this.#finished === undefined) return;
    const score = this.#bestEpoch.describe(metrics, context);
    const heading = `epoch ${epoch + 1}${score === undefined ? "" : `, ${score}`}`;
    this.#last = { collected: this.#finished, heading, written: false };
    this.#finished = undefined;
    if (this.#bestEpoch.update(metrics, context)) this.#best = this.#last;
    if (context.rank === 0 && this.#budget.allows(context.progress.seconds)) await this.#write(context);
  }

  override async onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): Promise<void> {
    if (status !== "failed" && context.rank === 0) await this.#write(context);
  }

  async #write(context: FitContext): Promise<void> {
    await this.#budget.spend(async () => {
      const [best, last] = [this.#best, this.#last];
      if (best !== undefined && best !== last && !best.written) await this.#draw(best, ["best"], context);
      if (last !== undefined && !last.written) {
        const png = await this.#draw(last, best === last ? ["best", "last"] : ["last"], context);
        await context.logImage(this.imageName, png);
      }
    });
  }

  async #draw(
    snapshot: Snapshot<Collected>,
    names: readonly string[],
    context: FitContext,
  ): Promise<Uint8Array> {
    const png = await pngOf(await this.draw(snapshot.collected, snapshot.heading, context));
    const table = this.table(snapshot.collected, context);
    for (const name of names) {
      await writeFiles(this.#dirpath, {
        [`${name}.png`]: png,
        ...(table === undefined ? {} : { [`${name}.csv`]: table }),
      });
    }
    snapshot.written = true;
    return png;
  }
}
