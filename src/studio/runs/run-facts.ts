// What a run's configuration says of it, read from its folder.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunFolder } from "../../app/index.ts";
import { readYaml, toPlain } from "../../config/index.ts";

/** Facts that do not change while a run goes on. */
export interface RunFacts {
  /** Milliseconds since 1970: when its configuration was written. */
  readonly started: number;
  readonly model: string;
  /** Null: without an end. */
  readonly maxEpochs: number | null;
  /** The words that it was started with. */
  readonly overrides: readonly string[];
  /** The folder that it was started in. */
  readonly cwd: string | undefined;
  /** The flags that said where its configuration lies. */
  readonly flags: readonly string[];
}

interface Recorded {
  readonly hydra?: {
    readonly overrides?: { readonly task?: readonly string[] };
    readonly job?: { readonly config_name?: string };
    readonly runtime?: {
      readonly cwd?: string;
      readonly choices?: { readonly model?: string };
      readonly config_sources?: readonly { readonly path: string; readonly provider: string }[];
    };
  };
}

/** Undefined while the folder is only being written. */
export async function readFacts({ hydraFolder }: RunFolder): Promise<RunFacts | undefined> {
  const [config, hydra] = [join(hydraFolder, "config.yaml"), join(hydraFolder, "hydra.yaml")];
  try {
    const { mtimeMs } = await stat(config);
    const settings = plain<Record<string, Record<string, unknown> | undefined>>(
      await readFile(config, "utf8"),
    );
    const { hydra: recorded = {} } = plain<Recorded>(await readFile(hydra, "utf8").catch(() => "{}"));
    const { architecture, _target_: target } = settings.model ?? {};
    const epochs = settings.trainer?.max_epochs;
    return {
      started: mtimeMs,
      model: String(recorded.runtime?.choices?.model ?? architecture ?? target ?? ""),
      maxEpochs: typeof epochs === "number" && epochs >= 0 ? epochs : null,
      overrides: recorded.overrides?.task ?? [],
      cwd: recorded.runtime?.cwd,
      flags: flagsOf(recorded),
    };
  } catch {
    return undefined;
  }
}

function flagsOf({ job, runtime }: NonNullable<Recorded["hydra"]>): string[] {
  const name = job?.config_name ?? "train";
  const folders = (runtime?.config_sources ?? []).flatMap(({ path, provider }) =>
    provider === "--config-dir" || provider === "--config-path" ? [provider, path] : [],
  );
  return [...(name === "train" ? [] : ["--config-name", name]), ...folders];
}

function plain<T>(text: string): T {
  return (toPlain(readYaml(text, "")) ?? {}) as T;
}
