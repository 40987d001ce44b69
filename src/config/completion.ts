// Tab completion: groups, their options and keys that fit what has been typed.
import { type ComposeOptions, type Composition, compose } from "./composition/compose.ts";
import { type ConfigNode, childOf } from "./node.ts";

/**
 * Completions of the last word of an override list. `words` are the overrides typed before it; those that do not
 * compose are left out. Candidates end in `=` or `.` where more is to be typed.
 */
export function completeOverride(
  options: ComposeOptions,
  words: readonly string[],
  current: string,
): string[] {
  const composition = composeTyped(options, words);
  if (composition === undefined) return [];
  const [, prefix = "", rest = ""] = /^(\+\+?|~)?(.*)$/s.exec(current) ?? [];
  const equals = rest.indexOf("=");
  const candidates =
    equals < 0
      ? keyCandidates(composition, rest, prefix)
      : valueCandidates(composition, rest.slice(0, equals), rest.slice(equals + 1));
  return candidates
    .map((candidate) => `${prefix}${candidate}`)
    .filter((candidate) => candidate.startsWith(current))
    .sort();
}

function composeTyped(options: ComposeOptions, words: readonly string[]): Composition | undefined {
  for (const overrides of [words, []]) {
    try {
      return compose({ ...options, overrides, multirun: true });
    } catch {
      // What is typed so far may be unfinished or wrong: complete without it.
    }
  }
  return undefined;
}

function valueCandidates({ repository, config }: Composition, key: string, value: string): string[] {
  const group = key.split("@")[0] ?? key;
  const typed = value.lastIndexOf(",");
  const before = typed < 0 ? "" : value.slice(0, typed + 1);
  if (repository.isGroup(group))
    return repository.options(group).map((option) => `${key}=${before}${option}`);
  const node = key.split(".").reduce<ConfigNode | undefined>((at, part) => at && childOf(at, part), config);
  const isFlag = node?.kind === "scalar" && node.type === "bool";
  return isFlag ? ["true", "false"].map((each) => `${key}=${before}${each}`) : [];
}

function keyCandidates(composition: Composition, typed: string, prefix: string): string[] {
  const { config, hydra, repository } = composition;
  const groups = repository
    .allGroups()
    .filter(
      (group) =>
        repository.options(group).length > 0 && (!group.startsWith("hydra") || typed.startsWith("hydra")),
    )
    .map((group) => (prefix === "~" ? group : `${group}=`));
  const dot = typed.lastIndexOf(".");
  const head = dot < 0 ? "" : typed.slice(0, dot);
  const root = typed.startsWith("hydra.") ? hydra : config;
  const path = (typed.startsWith("hydra.") ? head.replace(/^hydra\.?/, "") : head)
    .split(".")
    .filter((part) => part !== "");
  const container = path.reduce<ConfigNode | undefined>((at, part) => at && childOf(at, part), root);
  const keys =
    container === undefined
      ? []
      : childKeys(container).map(([key, child]) => {
          const full = head === "" ? key : `${head}.${key}`;
          return child.kind === "scalar" ? (prefix === "~" ? full : `${full}=`) : `${full}.`;
        });
  return [...new Set([...groups, ...keys])];
}

function childKeys(node: ConfigNode): [string, ConfigNode][] {
  if (node.kind === "map") return [...node.entries].map(([key, child]) => [String(key), child]);
  return node.kind === "list" ? node.items.map((child, i) => [String(i), child]) : [];
}

/** The shells that completion is written for. */
export const SHELLS = ["bash", "zsh"] as const;
/** One of `SHELLS`. */
export type Shell = (typeof SHELLS)[number];

/**
 * The script that a shell evaluates to complete `program`. For each tab it runs
 * `program completion query WORD...` with the words of the line, the unfinished one last, and reads one candidate a line.
 */
export function completionScript(shell: Shell, program: string): string {
  const name = `_${program.replaceAll(/[^a-zA-Z0-9]/g, "_")}`;
  return shell === "bash" ? bashScript(program, name) : zshScript(program, name);
}

const bashScript = (program: string, name: string): string => `# eval "$(${program} completion bash)"
${name}() {
  local words cword candidates
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n "=:,@" words cword
  else
    read -r -a words <<<"\${COMP_LINE:0:COMP_POINT}"
    [[ "\${COMP_LINE:COMP_POINT-1:1}" == " " ]] && words+=("")
    cword=$((\${#words[@]} - 1))
  fi
  local current="\${words[cword]}"
  mapfile -t candidates < <(${program} completion query "\${words[@]:1:cword}" 2>/dev/null)
  local cut="\${current%"\${current##*[=:,@]}"}"
  COMPREPLY=("\${candidates[@]#"$cut"}")
  [[ "\${COMPREPLY[0]:-}" == *[=.] ]] && compopt -o nospace
}
complete -o default -F ${name} ${program}
`;

const zshScript = (program: string, name: string): string => `#compdef ${program}
# eval "$(${program} completion zsh)"
${name}() {
  local -a candidates
  candidates=("\${(@f)$(${program} completion query "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -S "" -- $candidates
}
compdef ${name} ${program}
`;
