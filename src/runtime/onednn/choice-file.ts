// Measured choices of convolution algorithms, kept in a file so that every later run makes the same ones.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { replaceFile } from "../../platform/replace-file.ts";
import { type ChoiceCache, type ConvolutionChoice, isChoice } from "./plan/convolution-choice.ts";

function defaultPath(): string {
  return join(cacheFolder(), "convolution-algorithms.json");
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

type Choices = Record<string, ConvolutionChoice>;

function readChoices(path: string): Choices {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed !== "object" || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).filter(([, choice]) => isChoice(choice)));
  } catch {
    return {};
  }
}

/** Where the home cannot be written the choices hold for this process. */
function writeChoices(path: string, choices: Choices): void {
  replaceFile(path, `${JSON.stringify(choices, undefined, 2)}\n`);
}
