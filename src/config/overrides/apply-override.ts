// Sets, adds and deletes values of a composed configuration, as overrides say.
import { ClassifierTrainingError } from "../../core/errors.ts";
import { history, mergeNodes, unknownKey } from "../composition/merge.ts";
import { configError, isConfigError } from "../config-error.ts";
import {
  checkInterpolations,
  type InterpolationOptions,
  Interpolator,
  splitKey,
} from "../interpolations/interpolation.ts";
import { pythonText } from "../interpolations/python-text.ts";
import {
  type ConfigNode,
  type ContainerNode,
  childOf,
  isContainer,
  isIndex,
  isMissing,
  isNull,
  type ListNode,
  type MapNode,
  mapNode,
  nodesEqual,
  type Origin,
  setChild,
} from "../node.ts";
import { isSweep, type Override, type OverrideValue, valueNode, valueText } from "./override.ts";

/** Applies a value override (not a group choice) to `root` in place. */
export function applyOverride(root: MapNode, override: Override, interpolation: InterpolationOptions): void {
  const where = `override "${override.text}"`;
  if (override.package !== undefined || override.key.includes("/")) {
    throw configError("CONFIG_GROUP_UNKNOWN", `there is no group "${override.key}"`, { where });
  }
  if (isSweep(override.value))
    throw configError("CONFIG_SWEEP", "a sweep cannot be applied to one configuration", { where });
  try {
    if (override.type === "delete") deleteValue(root, override, override.value, interpolation);
    else if (override.type === "extend-list") extendList(root, override, override.value, interpolation);
    else setValue(root, override, override.value, interpolation);
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.where === where) throw error;
    throw new ClassifierTrainingError(error.kind, error.code, error.message, {
      where,
      hint: error.hint,
      cause: error,
    });
  }
}

function setValue(
  root: MapNode,
  override: Override,
  value: OverrideValue | undefined,
  interpolation: InterpolationOptions,
): void {
  const keys = splitKey(override.key);
  const last = keys.pop();
  if (value === undefined || last === undefined)
    throw configError("OVERRIDE_SYNTAX", "the override has no key or no value");
  const origin: Origin = { source: `override "${override.text}"`, text: valueText(value) };
  const node = valueNode(value, [origin]);
  checkInterpolations({ node, parent: undefined, key: undefined });
  if (override.type === "add") refuseExisting(root, override, node, interpolation);
  const addKeys = override.type !== "change";
  const plainText = override.text.replace(/^\+*/, "");
  let parent: ContainerNode = root;
  for (const [depth, key] of keys.entries()) {
    const child = existing(parent, key);
    if (child !== undefined && isContainer(child)) {
      parent = child;
      continue;
    }
    if (!addKeys)
      throw unknownKey(
        child ?? parent,
        child === undefined ? key : (keys[depth + 1] ?? last),
        pathTo(keys, depth, child, last),
        plainText,
      );
    if (parent.kind === "list" && child === undefined) throw noItem(parent, keys.slice(0, depth), key);
    const made = mapNode([], [origin]);
    setChild(parent, key, made);
    parent = made;
  }
  const old = existing(parent, last);
  if (old === undefined) {
    if (parent.kind === "list") throw noItem(parent, keys, last);
    if (!addKeys) throw unknownKey(parent, last, [...keys, last], plainText);
    setChild(parent, last, node);
  } else if (isContainer(old) && isContainer(node)) {
    setChild(parent, last, mergeNodes(old, node, { root, interpolation, addKeys }, [...keys, last]));
  } else {
    setChild(parent, last, { ...node, origins: history(old, node) });
  }
}

/** Appends to the list that a key has or stands for. */
function extendList(
  root: MapNode,
  override: Override,
  value: OverrideValue | undefined,
  interpolation: InterpolationOptions,
): void {
  const origin: Origin = {
    source: `override "${override.text}"`,
    text: value === undefined ? "" : valueText(value),
  };
  const more = value && valueNode(value, [origin]);
  if (more?.kind !== "list") throw configError("OVERRIDE_SYNTAX", "the override has no items");
  checkInterpolations({ node: more, parent: undefined, key: undefined });
  const found = resolvedAt(root, override.key, interpolation);
  if (found?.kind === "list") {
    found.items.push(...more.items);
    found.origins = history(found, more);
    return;
  }
  if (found !== undefined)
    throw configError("CONFIG_VALUE", `"${override.key}" is ${pythonText(found)}, no list to extend`);
  const { container, path } = deepest(root, splitKey(override.key));
  if (childOf(container, path.at(-1) ?? "") === undefined)
    throw unknownKey(container, path.at(-1) ?? "", path);
  throw configError(
    "CONFIG_MISSING_VALUE",
    `"${override.key}" has no value yet (???) that could be extended`,
    {
      hint: `give the whole list: ${override.key}=${valueText(value)}`,
    },
  );
}

const noItem = ({ items }: ListNode, keys: readonly string[], index: string): Error =>
  configError("CONFIG_KEY_UNKNOWN", `"${keys.join(".")}" has ${items.length} items, so no item ${index}`, {
    hint: "give the whole list: key=[a,b,c]",
  });

const pathTo = (
  keys: readonly string[],
  depth: number,
  child: ConfigNode | undefined,
  last: string,
): string[] =>
  child === undefined ? keys.slice(0, depth + 1) : [...keys.slice(0, depth + 1), keys[depth + 1] ?? last];

function existing(parent: ContainerNode, key: string): ConfigNode | undefined {
  if (parent.kind === "list" && !isIndex(key)) {
    throw configError("CONFIG_KEY_UNKNOWN", `"${key}" is no index of a list`, {
      hint: "use a number: list.0",
    });
  }
  return childOf(parent, key);
}

function refuseExisting(
  root: MapNode,
  override: Override,
  node: ConfigNode,
  interpolation: InterpolationOptions,
): void {
  const found = resolvedAt(root, override.key, interpolation);
  if (found === undefined || isNull(found) || isContainer(node)) return;
  const plainText = override.text.slice(1);
  throw configError("CONFIG_KEY_EXISTS", `"${override.key}" is already there`, {
    hint: `write ${plainText}, or ++${plainText} to add or override`,
  });
}

/** The value at a key, interpolations followed; undefined where there is none or it is `???`. */
function resolvedAt(root: MapNode, key: string, interpolation: InterpolationOptions): ConfigNode | undefined {
  const interpolator = new Interpolator(root, interpolation);
  try {
    const place = interpolator.select(key, interpolator.root);
    return place === undefined || isMissing(place.node) ? undefined : interpolator.resolve(place).node;
  } catch (error) {
    if (isConfigError(error, "INTERPOLATION_MISSING_VALUE")) return undefined;
    throw error;
  }
}

function deleteValue(
  root: MapNode,
  override: Override,
  value: OverrideValue | undefined,
  interpolation: InterpolationOptions,
): void {
  const keys = splitKey(override.key);
  const node = resolvedAt(root, override.key, interpolation);
  const last = keys.pop();
  if (node === undefined || last === undefined || isNull(node)) {
    const { container, path } = deepest(root, [...keys, last ?? ""]);
    if (childOf(container, path.at(-1) ?? "") === undefined)
      throw unknownKey(container, path.at(-1) ?? "", path);
    throw configError("CONFIG_KEY_UNKNOWN", `"${override.key}" has no value that could be deleted`);
  }
  const wanted = value && valueNode(value);
  if (wanted !== undefined && !isNull(wanted) && !nodesEqual(wanted, node)) {
    throw configError(
      "CONFIG_VALUE",
      `"${override.key}" is ${pythonText(node)}, not ${pythonText(wanted)}: nothing is deleted`,
    );
  }
  const parent = keys.length === 0 ? root : resolvedAt(root, keys.join("."), interpolation);
  if (parent?.kind !== "map")
    throw configError("CONFIG_VALUE", `"${override.key}": an item of a list cannot be deleted`, {
      hint: "give the whole list: key=[a,b,c]",
    });
  parent.entries.delete(last);
}

/** The deepest container on the way to a key, and the path up to the first key it lacks. */
function deepest(root: ConfigNode, keys: readonly string[]): { container: ConfigNode; path: string[] } {
  let container = root;
  for (const [depth, key] of keys.entries()) {
    const child = childOf(container, key);
    if (child === undefined || !isContainer(child) || depth === keys.length - 1)
      return { container, path: keys.slice(0, depth + 1) };
    container = child;
  }
  return { container, path: [...keys] };
}
