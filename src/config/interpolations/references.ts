// The keys that interpolations of a configuration refer to.
import { isConfigError } from "../config-error.ts";
import { type ConfigNode, isInterpolation, type Key } from "../node.ts";
import { splitKey } from "./interpolation.ts";
import { type Element, type Interpolation, parseTemplate } from "./interpolation-parser.ts";

/** Dotted absolute keys (`data.image_size`) that some interpolation in the tree names outright. */
export function referencedKeys(root: ConfigNode): Set<string> {
  const found = new Set<string>();
  collect(root, [], found);
  return found;
}

/** Whether a key, something in it, or something it lies in is referred to. */
export function isReferenced(path: readonly Key[], references: ReadonlySet<string>): boolean {
  const key = path.join(".");
  for (const reference of references) {
    if (reference === key || reference.startsWith(`${key}.`) || key.startsWith(`${reference}.`)) return true;
  }
  return false;
}

function collect(node: ConfigNode, path: readonly Key[], found: Set<string>): void {
  if (node.kind === "map") for (const [key, child] of node.entries) collect(child, [...path, key], found);
  else if (node.kind === "list")
    for (const [index, child] of node.items.entries()) collect(child, [...path, index], found);
  else if (isInterpolation(node)) {
    try {
      for (const part of parseTemplate(node.value)) if (typeof part !== "string") visit(part, path, found);
    } catch (error) {
      if (!isConfigError(error)) throw error;
    }
  }
}

function visit(interpolation: Interpolation, path: readonly Key[], found: Set<string>): void {
  if (interpolation.kind === "resolver") {
    for (const argument of interpolation.args) visitElement(argument, path, found);
    return;
  }
  const { key } = interpolation;
  if (key.every((part) => typeof part === "string")) {
    const text = key.join("");
    const dots = /^\.*/.exec(text)?.[0].length ?? 0;
    const base = dots === 0 ? [] : path.slice(0, Math.max(0, path.length - dots));
    found.add([...base, ...splitKey(text.slice(dots))].join("."));
  } else {
    for (const part of key) if (typeof part !== "string") visit(part, path, found);
  }
}

function visitElement(element: Element, path: readonly Key[], found: Set<string>): void {
  if (element.kind === "interpolation") visit(element.interpolation, path, found);
  else if (element.kind === "list") for (const item of element.items) visitElement(item, path, found);
  else if (element.kind === "map") for (const [, child] of element.entries) visitElement(child, path, found);
  else if (element.kind === "text") {
    for (const part of element.template) if (typeof part !== "string") visit(part, path, found);
  }
}
