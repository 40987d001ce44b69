// What happens beside training: a hook for every event.
import type { FitContext, TestContext } from "./context.ts";
import type { Awaitable, Json } from "./contracts.ts";
import type { WeightAveraging } from "./engine/weight-average.ts";
import type { EventOf } from "./events.ts";
import type { NonFinitePolicy } from "./fit/non-finite.ts";

/**
 * Something that happens beside training. Every hook is a no-op here; hooks run in the order of the callbacks,
 * those with `runsLast` behind the others, those with `savesRun` behind all, and training waits for them.
 */
export abstract class Callback {
  /** Key of this callback's state in checkpoints; two callbacks of one kind need different keys. */
  abstract readonly stateKey: string;
  /** Runs behind the other callbacks of the same hook: early stopping sees what they did. */
  readonly runsLast: boolean = false;
  /** Runs behind those too: what it saves of a run holds what all others did. */
  readonly savesRun: boolean = false;
  /** Whether it has a part in a `fastDevRun`; false for what writes files or ends the training. */
  readonly runsInFastDevRun: boolean = true;
  /** Whether it has a part in the first of several processes alone; it must then ask nothing of the others, such as `gather`. */
  readonly mainProcessOnly: boolean = false;
  /** Whether it keeps batches of events for later: else their memory is used again from the next event on. */
  readonly keepsBatches: boolean = false;
  /** Has the trainer keep an average of the weights. */
  readonly weightAverage: WeightAveraging | undefined = undefined;
  /** Has the trainer go on where a loss or gradient is not finite; without one that ends the fit. */
  readonly nonFinitePolicy: NonFinitePolicy | undefined = undefined;

  /** What to put into a checkpoint, `undefined` for nothing. */
  state(): Json | undefined {
    return undefined;
  }

  /** Called before `onFitStart` when a run is resumed; `from` is the path of its checkpoint. */
  loadState(_state: Json, _from: string): void {}

  onFitStart(_event: EventOf<"fitStart">, _context: FitContext): Awaitable<void> {}
  onTrainStart(_event: EventOf<"trainStart">, _context: FitContext): Awaitable<void> {}
  onTrainEpochStart(_event: EventOf<"trainEpochStart">, _context: FitContext): Awaitable<void> {}
  onTrainBatchEnd(_event: EventOf<"trainBatchEnd">, _context: FitContext): Awaitable<void> {}
  onNonFinite(_event: EventOf<"nonFinite">, _context: FitContext): Awaitable<void> {}
  onValidationStart(_event: EventOf<"validationStart">, _context: FitContext): Awaitable<void> {}
  onValidationBatchEnd(_event: EventOf<"validationBatchEnd">, _context: FitContext): Awaitable<void> {}
  onValidationEnd(_event: EventOf<"validationEnd">, _context: FitContext): Awaitable<void> {}
  onTrainEpochEnd(_event: EventOf<"trainEpochEnd">, _context: FitContext): Awaitable<void> {}
  onTestStart(_event: EventOf<"testStart">, _context: TestContext): Awaitable<void> {}
  onTestBatchEnd(_event: EventOf<"testBatchEnd">, _context: TestContext): Awaitable<void> {}
  onTestEnd(_event: EventOf<"testEnd">, _context: TestContext): Awaitable<void> {}
  onTrainEnd(_event: EventOf<"trainEnd">, _context: FitContext): Awaitable<void> {}
  /** Always called when a fit ends: done, stopped, interrupted or failed. */
  onFitEnd(_event: EventOf<"fitEnd">, _context: FitContext): Awaitable<void> {}
}
