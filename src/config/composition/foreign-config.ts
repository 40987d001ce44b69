// Turns what configurations of the Python stack write beside components into our own terms.

import { type ConfigNode, type Key, type MapNode, mapNode } from "../node.ts";
import type { Composition } from "./compose.ts";

/** Options of the trainer that choose what is always so here, with the values that say so. */
const GIVEN_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  accelerator: ["auto", "cpu"],
  devices: ["auto", 1],
  enable_checkpointing: [true],
  enable_progress_bar: [true],
  enable_model_summary: [true],
};

/**
 * The composition with `logging` as `logger`, and without trainer options that change nothing here (`accelerator: auto`).
 * With another value such an option stays, and is refused when the configuration is validated.
 */
export function inOwnTerms(composition: Composition): Composition {
  const { config } = composition;
  const entries = [...config.entries].map(([key, child]): [Key, ConfigNode] => {
    if (key === "logging" && !config.entries.has("logger")) return ["logger", child];
    return [key, key === "trainer" && child.kind === "map" ? withoutGiven(child) : child];
  });
  return { ...composition, config: mapNode(entries, config.origins) };
}

function withoutGiven(trainer: MapNode): MapNode {
  const kept = [...trainer.entries].filter(([key, child]) => {
    const given = Object.hasOwn(GIVEN_OPTIONS, String(key)) ? GIVEN_OPTIONS[String(key)] : undefined;
    return given === undefined || child.kind !== "scalar" || !given.includes(child.value);
  });
  return mapNode(kept, trainer.origins);
}
