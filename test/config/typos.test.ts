// Every one-letter typo of every key, group and option of the shipped configuration is refused, with the right name first.
import { describe, expect, it } from "vitest";
import { compose } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import { PRIMARY_CONFIG, SHIPPED_CONFIGS } from "../../src/config/composition/shipped.ts";
import type { ConfigNode } from "../../src/config/node.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

const settings = { searchPath: [SHIPPED_CONFIGS], configName: PRIMARY_CONFIG, store: new ConfigStore() };
const correct = compose(settings);
const { repository } = correct;

interface Typo {
  readonly override: string;
  /** The name as it should be. */
  readonly right: string;
}

/** The whole alphabet is tried where CONFIG_TYPO_LETTERS says so. */
const LETTERS = [...(process.env.CONFIG_TYPO_LETTERS ?? "x")];

/** Names one edit away: a letter left out, doubled, replaced, added, or two swapped. */
function misspell(name: string): string[] {
  const typos = new Set<string>();
  for (let i = 0; i < name.length; i++) {
    const [before, letter, after] = [name.slice(0, i), name[i]!, name.slice(i + 1)];
    typos.add(before + after);
    typos.add(before + letter + letter + after);
    for (const other of LETTERS) {
      typos.add(before + other + after);
      typos.add(before + other + letter + after);
    }
    const next = after[0];
    if (next !== undefined) typos.add(before + next + letter + after.slice(1));
  }
  typos.delete(name);
  typos.delete("");
  return [...typos].filter((typo) => /^[a-zA-Z_]\w*$/.test(typo));
}

function keyTypos(node: ConfigNode, path: readonly string[]): Typo[] {
  if (node.kind !== "map") return [];
  const siblings = new Set([...node.entries.keys()].map(String));
  return [...node.entries].flatMap(([key, child]) => {
    const name = String(key);
    const own = misspell(name)
      .filter((typo) => !siblings.has(typo))
      .map((typo) => ({ override: `${[...path, typo].join(".")}=1`, right: [...path, name].join(".") }));
    return [...own, ...keyTypos(child, [...path, name])];
  });
}

const groups = repository.allGroups().filter((group) => !group.startsWith("hydra"));
const typos: Typo[] = [
  ...keyTypos(correct.config, []),
  ...groups.flatMap((group) =>
    misspell(group)
      .filter((typo) => !groups.includes(typo))
      .map((typo) => ({ override: `${typo}=${repository.options(group)[0]}`, right: group })),
  ),
  ...groups.flatMap((group) =>
    repository.options(group).flatMap((option) =>
      misspell(option)
        .filter((typo) => !repository.options(group).includes(typo))
        .map((typo) => ({ override: `${group}=${typo}`, right: option })),
    ),
  ),
];

describe("one-letter typos of the shipped configuration", () => {
  it("are all refused, and the right name is the first suggestion in at least 95 %", () => {
    const accepted: string[] = [];
    const misled: string[] = [];
    for (const { override, right } of typos) {
      try {
        compose({ ...settings, overrides: [override] });
        accepted.push(override);
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError)) throw error;
        if (!error.hint?.startsWith(`did you mean "${right}"?`))
          misled.push(`${override}: ${error.toLine()}`);
      }
    }
    const share = 1 - misled.length / typos.length;
    console.log(
      `typos: ${typos.length}, accepted ${accepted.length}, right name first ${(100 * share).toFixed(2)} %`,
    );
    expect(accepted).toStrictEqual([]);
    expect(share, misled.slice(0, 5).join("\n")).toBeGreaterThanOrEqual(0.95);
  });
});
