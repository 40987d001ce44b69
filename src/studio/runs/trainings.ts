// Begins trainings and goes on with those that have stopped.
import { existsSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { type Composition, quoteText, runFolder } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { FormRequest } from "./api.ts";
import type { TrainForms } from "./form/train-form.ts";
import type { Launcher } from "./launcher.ts";
import type { RunFollower } from "./run-follower.ts";

const RUN_FOLDER = "hydra.run.dir";

/** What starts a training. */
export class Trainings {
  readonly #forms: TrainForms;
  readonly #follower: RunFollower;
  readonly #launcher: Launcher;

  constructor(forms: TrainForms, follower: RunFollower, launcher: Launcher) {
    this.#forms = forms;
    this.#follower = follower;
    this.#launcher = launcher;
  }

  /**
   * @returns the run's id
   * @throws ClassifierTrainingError kind "usage" `TRAINING_SETTINGS`, `RUN_FOLDER_OUTSIDE`
   */
  async start(request: FormRequest): Promise<string> {
    const { form, composition } = await this.#forms.compose(request);
    if (composition === undefined) {
      const [problem] = form.problems;
      throw new ClassifierTrainingError(
        "usage",
        "TRAINING_SETTINGS",
        problem?.message ?? "cannot be trained",
        {
          where: problem?.key ?? undefined,
        },
      );
    }
    const folder = this.#folderFor(composition);
    const own = form.overrides.filter((word) => !word.startsWith(`${RUN_FOLDER}=`));
    return this.#launcher.start({
      folder,
      words: [...this.#forms.flags(), ...own, folderWord(folder)],
      cwd: process.cwd(),
      model: composition.choices.get("model") ?? "",
    });
  }

  /**
   * Goes on from a run's last checkpoint, with the settings that it was started with.
   * @param maxEpochs another end
   * @throws ClassifierTrainingError `NOT_FOUND`, kind "usage" `NOT_RESUMABLE`
   */
  async resume(id: string, maxEpochs: number | undefined): Promise<void> {
    const { folder, facts, row } = await this.#follower.run(id);
    const isThere = existsSync(folder.lastCheckpoint);
    if (facts === undefined || row?.status === "running" || !isThere || this.#launcher.processOf(id)) {
      const why = isThere ? "this run goes on already" : "this run has no checkpoint";
      throw new ClassifierTrainingError("usage", "NOT_RESUMABLE", why, { where: row?.name });
    }
    const dropped = maxEpochs === undefined ? /^ckpt=/ : /^(ckpt|trainer\.max_epochs)=/;
    const end = maxEpochs === undefined ? [] : [`trainer.max_epochs=${maxEpochs}`];
    const words = facts.overrides.filter((word) => !dropped.test(word));
    await this.#launcher.start({
      folder: folder.path,
      words: [
        ...this.#forms.imports(),
        ...facts.flags,
        ...[...words, ...end, "ckpt=last", folderWord(folder.path)],
      ],
      // Paths in its settings count from there.
      cwd: facts.cwd !== undefined && existsSync(facts.cwd) ? facts.cwd : process.cwd(),
      model: facts.model,
    });
  }

  /** A new one below the folder of runs, by date and time, unless the settings say which. */
  #folderFor(composition: Composition): string {
    const { root } = this.#follower;
    if (composition.overrides.some(({ key }) => key === RUN_FOLDER)) {
      const folder = resolve(runFolder(composition));
      if (folder.startsWith(root + sep)) return folder;
      throw new ClassifierTrainingError("usage", "RUN_FOLDER_OUTSIDE", "lies outside the folder of runs", {
        where: RUN_FOLDER,
        hint: `name a folder below ${root}`,
      });
    }
    const [date = "", time = ""] = localTime(new Date()).split(" ");
    const folder = join(root, date, time);
    for (let n = 2; ; n++) {
      const free = n === 2 ? folder : `${folder}-${n - 1}`;
      if (!existsSync(free) && !this.#launcher.isTaken(free)) return free;
    }
  }
}

const folderWord = (folder: string): string => `${RUN_FOLDER}=${quoteText(folder, "'")}`;

/** `2026-12-01 09-30-00` */
function localTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
}
