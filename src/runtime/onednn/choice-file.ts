// Measured choices of convolution algorithms, kept in a file so that every later run makes the same ones.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { DnnlConvolutionAlgorithm } from "./ffi/index.ts";
import type { ChoiceCache } from "./lower/convolution-choice.ts";

function defaultPath(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "classifier-training", "convolution-algorithms.json");
}

/** The choices in `path`. A file that cannot be read counts as empty; one that cannot be written is left alone. */
export function choiceFile(path: string = defaultPath()): ChoiceCache {
  const choices = new Map(Object.entries(readChoices(path)));
  return {
    get: (key) => choices.get(key),
    set(key, choice) {
      for (const [known, made] of Object.entries(readChoices(path))) choices.set(known, made);
      choices.set(key, choice);
      writeChoices(path, Object.fromEntries([...choices].sort(([a], [b]) => (a < b ? -1 : 1))));
    },
  };
}

type Choices = Record<string, DnnlConvolutionAlgorithm>;

function readChoices(path: string): Choices {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed !== "object" || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter(([, choice]) => choice === "direct" || choice === "winograd"),
    );
  } catch {
    return {};
  }
}

function writeChoices(path: string, choices: Choices): void {
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify(choices, undefined, 2)}\n`);
    renameSync(temporary, path);
  } catch {
    // A read-only home: the choices hold for this process.
  }
}
