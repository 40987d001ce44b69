// What the studio's answers about runs share.
import type { StudioParts } from "../parts.ts";
import type { TableThread } from "../tables/table-thread.ts";
import { TrainForms } from "./form/train-form.ts";
import { Launcher } from "./launcher.ts";
import type { FindPicture } from "./run-detail.ts";
import { RunFollower } from "./run-follower.ts";
import { Stopping } from "./stop-run.ts";
import { Trainings } from "./trainings.ts";

/** The runs below the studio's folder, and what is done with them. */
export class StudioRuns {
  readonly follower: RunFollower;
  readonly forms: TrainForms;
  readonly launcher: Launcher;
  readonly stopping: Stopping;
  readonly trainings: Trainings;
  readonly tables: TableThread;
  /** Undefined where no pictures are open. */
  readonly findPicture: FindPicture | undefined;

  constructor({
    runs,
    data,
    pictures,
    imports,
    tables,
  }: Pick<StudioParts, "runs" | "data" | "pictures" | "imports" | "tables">) {
    this.follower = new RunFollower(runs);
    this.tables = tables;
    const listing = pictures?.listing;
    this.findPicture =
      listing &&
      ((name) => {
        const id = listing.find(name);
        return id !== undefined && listing.has(id) ? id : undefined;
      });
    this.forms = new TrainForms({ configuration: data?.configuration ?? { overrides: [] }, imports });
    this.launcher = new Launcher(this.follower);
    this.stopping = new Stopping(this.follower, this.launcher);
    this.trainings = new Trainings(this.forms, this.follower, this.launcher);
  }
}
