// Draws the first validation pictures with what they are and what the network takes them for.
import type { EventOf, FitContext } from "../../train/index.ts";
import { gridSample, type IndexedSample, ValidationGrid } from "./validation-grid.ts";

/** The first samples, with truth, prediction and confidence. */
export class SampleVisualization extends ValidationGrid<IndexedSample> {
  override readonly stateKey = "SampleVisualization";
  protected override readonly imageName = "val/samples";
  protected override readonly title = "Validation";

  protected override add(
    samples: IndexedSample[],
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void {
    const count = Math.min(this.numSamples - samples.length, event.batch.images.shape[0]!);
    for (let i = 0; i < count; i++) samples.push(gridSample(event, i, context));
  }
}
