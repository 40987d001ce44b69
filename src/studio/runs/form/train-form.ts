// The form of a training: every group and key of the configuration as the settings make it, what is wrong with them, and the command.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { configurationFlags, importFlags } from "../../../app/command-words.ts";
import { type ConfigurationRequest, composeRun } from "../../../app/index.ts";
import { configSchema, validateRun } from "../../../app/run/settings.ts";
import { shellWord } from "../../../app/search/trial-overrides.ts";
import {
  type Composition,
  configJsonSchema,
  missingKeys,
  nodeAt,
  parseOverride,
  SHIPPED_CONFIGS,
} from "../../../config/index.ts";
import { ClassifierTrainingError } from "../../../core/index.ts";
import type { FormField, FormGroup, FormProblem, FormRequest, TrainForm } from "../api.ts";
import { Comments } from "./comments.ts";
import type { JsonSchema } from "./control.ts";
import { fieldsOf } from "./fields.ts";
import { overrideWord } from "./override-words.ts";

/** The configuration that forms begin with, and the modules that it was opened with. */
export interface FormBase {
  readonly configuration: ConfigurationRequest;
  readonly imports: readonly string[];
}

/** An override, and the key of the form that it is of. */
interface Word {
  readonly key: string;
  readonly text: string;
}

/** A form, and what it is composed to; undefined while something is wrong. */
export interface ComposedForm {
  readonly form: TrainForm;
  readonly composition: Composition | undefined;
}

/** Makes forms over one base. */
export class TrainForms {
  readonly #base: FormBase;
  readonly #comments = new Comments();
  #schema: Promise<JsonSchema> | undefined;

  constructor(base: FormBase) {
    this.#base = base;
  }

  /** Settings that cannot be composed are left out of the form and are problems of their own. */
  async compose(request: FormRequest): Promise<ComposedForm> {
    this.#schema ??= configJsonSchema(configSchema()) as Promise<JsonSchema>;
    const schema = await this.#schema;
    const given = new Set(request.settings.map(([key]) => key));
    const kept = this.#base.configuration.overrides
      .map((text): Word => ({ key: keyOf(text) ?? "", text }))
      .filter(({ key }) => !given.has(key));
    const more = request.words.map((text): Word => ({ key: keyOf(text) ?? "", text }));
    const plain = await this.#tryAll(kept, more);
    // Groups first: they decide which keys there are.
    const groups = request.settings.filter(([key]) => plain.composition.choices.has(key));
    const chosen = await this.#tryAll(
      [...plain.words, ...groups.map(([key, text]): Word => ({ key, text: `${key}=${text}` }))],
      [],
    );
    const fields = new Map(
      (await this.#fields(chosen.composition, schema, given)).map((field) => [field.key, field]),
    );
    const values = request.settings
      .filter(([key]) => !plain.composition.choices.has(key))
      .map(([key, text]): Word => {
        const { config } = chosen.composition;
        const isNew = nodeAt(config, key.split(".")) === undefined;
        const control = fields.get(key) ?? ({ control: { kind: "any" }, isNullable: true } as const);
        return { key, text: overrideWord(key, text, { ...control, isNew }) };
      });
    const { composition, words, problems } = await this.#tryAll(chosen.words, values);
    const invalid = await this.#invalid(composition, words);
    const all = [...plain.problems, ...chosen.problems, ...problems, ...invalid];
    const wanted = [...kept, ...more, ...chosen.words.slice(plain.words.length), ...values];
    const overrides = [...new Set(wanted.map(({ text }) => text))];
    const isGiven = new Set([...given, ...kept.map(({ key }) => key)]);
    return {
      form: {
        groups: await this.#groups(composition, isGiven),
        fields: await this.#fields(composition, schema, isGiven),
        problems: all,
        overrides,
        command: ["classifier-training", "train", ...this.flags(), ...overrides].map(shellWord).join(" "),
      },
      composition: all.length === 0 ? composition : undefined,
    };
  }

  /** The words of the command line that say what is searched for configurations. */
  flags(): string[] {
    return [...this.imports(), ...configurationFlags(this.#base.configuration)];
  }

  /** Those that say which modules of the user are loaded. */
  imports(): string[] {
    return importFlags(this.#base.imports);
  }

  /** A group of which nothing is taken is no field. */
  async #fields(
    { config, choices }: Composition,
    schema: JsonSchema,
    given: ReadonlySet<string>,
  ): Promise<FormField[]> {
    const fields = await fieldsOf({ config, schema, comments: this.#comments, given });
    return fields.filter(({ key }) => !choices.has(key));
  }

  /** Composes as many of the words as go together, in their order; the others are problems. */
  async #tryAll(
    sure: readonly Word[],
    words: readonly Word[],
  ): Promise<{ composition: Composition; words: readonly Word[]; problems: FormProblem[] }> {
    const problems: FormProblem[] = [];
    const whole = [...sure, ...words];
    try {
      return { composition: await this.#composed(whole), words: whole, problems };
    } catch (error) {
      if (!(error instanceof ClassifierTrainingError)) throw error;
    }
    let good: Word[] = [];
    let composition = await this.#composed([]);
    for (const word of whole) {
      try {
        composition = await this.#composed([...good, word]);
        good = [...good, word];
      } catch (error) {
        problems.push({ key: word.key, message: messageOf(error) });
      }
    }
    return { composition, words: good, problems };
  }

  /** What is wrong with values that can be composed: each is left out once it is known, so that the next one is too. */
  async #invalid(composed: Composition, given: readonly Word[]): Promise<FormProblem[]> {
    const problems = new Map<string | null, FormProblem>();
    let [composition, words]: [Composition, readonly Word[]] = [composed, given];
    for (;;) {
      const problem = await problemOf(composition, words);
      if (problem === undefined || problems.has(problem.key)) return [...problems.values()];
      problems.set(problem.key, problem);
      words = words.filter(({ key }) => key !== problem.key);
      // Others may need the one that is left out.
      ({ composition, words } = await this.#tryAll([], words));
    }
  }

  #composed(words: readonly Word[]): Promise<Composition> {
    return composeRun({ ...this.#base.configuration, overrides: words.map(({ text }) => text) });
  }

  async #groups({ choices, repository }: Composition, given: ReadonlySet<string>): Promise<FormGroup[]> {
    const { configDir, configPath } = this.#base.configuration;
    const folders = [configDir, configPath ?? SHIPPED_CONFIGS.path].filter((path) => path !== undefined);
    const aboutOf = async (group: string, option: string): Promise<string> => {
      const file = folders.map((folder) => join(folder, group, `${option}.yaml`)).find(existsSync);
      return file === undefined ? "" : await this.#comments.atHeadOf(file);
    };
    const groups = [...choices].filter(([name]) => !name.startsWith("hydra/") && !name.includes("@"));
    return Promise.all(
      groups.map(async ([name, chosen]) => ({
        name,
        chosen,
        isGiven: given.has(name),
        options: await Promise.all(
          repository
            .options(name)
            .map(async (option) => ({ name: option, about: await aboutOf(name, option) })),
        ),
      })),
    );
  }
}

function keyOf(word: string): string | undefined {
  try {
    return parseOverride(word).key;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof ClassifierTrainingError)) throw error;
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

/** What is wrong with the configuration as a whole, beside the key that its place or its message names. */
async function problemOf(composition: Composition, words: readonly Word[]): Promise<FormProblem | undefined> {
  const [missing] = missingKeys(composition.config);
  if (missing !== undefined) return { key: missing, message: "must be given" };
  try {
    await validateRun(composition);
    return undefined;
  } catch (error) {
    const message = messageOf(error);
    const line = (error as ClassifierTrainingError).toLine();
    const said = words.filter(({ key, text }) => line.includes(text) || line.includes(key));
    const [longest] = said.sort((a, b) => b.key.length - a.key.length);
    return { key: longest?.key ?? null, message };
  }
}
