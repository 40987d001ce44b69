// Merges configurations: mappings key by key, lists and values whole, `???` never over something.
import { suggest } from "../../core/suggest.ts";
import { configError } from "../config-error.ts";
import { type InterpolationOptions, Interpolator } from "../interpolations/interpolation.ts";
import {
  type ConfigNode,
  cloneNode,
  formatPath,
  isInterpolation,
  isMissing,
  type Key,
  type MapNode,
  mapNode,
  type Origin,
  type Path,
  whereOf,
} from "../node.ts";

/** What merging has to know beyond the two trees. */
export interface MergeOptions {
  /** The tree that interpolations of the destination refer to. */
  readonly root: ConfigNode;
  readonly interpolation: InterpolationOptions;
  /** Whether keys that are not there yet may be added. */
  readonly addKeys: boolean;
}

/** Merges `source` into the mapping `target` in place; `path` is the place of `target`. */
export function mergeInto(target: MapNode, source: MapNode, options: MergeOptions, path: Path = []): void {
  target.origins = history(target, source);
  for (const [key, child] of source.entries) {
    const old = target.entries.get(key);
    if (old === undefined) {
      if (!options.addKeys) throw unknownKey(target, key, [...path, key]);
      target.entries.set(key, cloneNode(child));
    } else {
      target.entries.set(key, mergeNodes(old, child, options, [...path, key]));
    }
  }
}

/** The node that results where `source` is merged over `old`. */
export function mergeNodes(
  old: ConfigNode,
  source: ConfigNode,
  options: MergeOptions,
  path: Path,
): ConfigNode {
  const expands = isInterpolation(old) && (source.kind !== "scalar" || isMissing(source));
  const base = expands ? expanded(old, options, path) : old;
  if (isMissing(source)) return { ...base, origins: history(base, source) };
  if (base.kind === "map" && source.kind === "map") {
    mergeInto(base, source, options, path);
    return base;
  }
  if (base.kind !== "scalar" && source.kind !== "scalar" && base.kind !== source.kind) {
    const [from, to] = [source, base].map(({ kind }) => (kind === "map" ? "a mapping" : "a list"));
    throw configError("CONFIG_MERGE", `"${formatPath(path)}": ${from} cannot be merged with ${to}`, {
      where: whereOf(source),
      hint: `it was made ${to} at ${whereOf(base) ?? "an earlier place"}`,
    });
  }
  return { ...cloneNode(source), origins: history(old, source) };
}

/** Everything that set a value, oldest first. */
export const history = (old: ConfigNode, source: ConfigNode): readonly Origin[] => [
  ...old.origins,
  ...source.origins,
];

/** An interpolation that stands for a mapping or list, replaced by a copy of it. */
function expanded(node: ConfigNode, { root, interpolation }: MergeOptions, path: Path): ConfigNode {
  const interpolator = new Interpolator(root, interpolation);
  try {
    const place = interpolator.select(formatPath(path), interpolator.root);
    if (place === undefined) return node;
    const target = interpolator.resolve(place).node;
    return target.kind === "scalar" ? node : { ...cloneNode(target), origins: node.origins };
  } catch {
    return node;
  }
}

/** The error for a key that the configuration does not have, naming the nearest one. */
export function unknownKey(container: ConfigNode, key: Key, path: Path, override?: string): Error {
  const siblings = container.kind === "map" ? [...container.entries.keys()].map(String) : [];
  const [nearest] = suggest(String(key), siblings);
  const parent = formatPath(path.slice(0, -1));
  const place = parent === "" ? "the configuration" : `"${parent}"`;
  const listed = siblings.length > 0 && siblings.length <= 12 ? `, only ${siblings.join(", ")}` : "";
  const add = override === undefined ? "" : `add it with +${override}`;
  const better = nearest === undefined ? undefined : formatPath([...path.slice(0, -1), nearest]);
  return configError(
    "CONFIG_KEY_UNKNOWN",
    `${place} has no key "${String(key)}"${nearest === undefined ? listed : ""}`,
    {
      where: override === undefined ? undefined : `override "${override}"`,
      hint:
        better === undefined
          ? add || undefined
          : `did you mean "${better}"?${add === "" ? "" : ` Otherwise ${add}`}`,
    },
  );
}

/** A mapping that holds `node` at a dotted package. */
export function embed(node: ConfigNode, pkg: string): ConfigNode {
  if (pkg === "") return node;
  return pkg.split(".").reduceRight((inner, key) => mapNode([[key, inner]], inner.origins), node);
}
