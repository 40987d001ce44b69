// The configuration as a run writes it down: resolved, but without what may be a secret.
import { withoutPasswords } from "../../core/address.ts";
import {
  childPlaces,
  type InterpolationOptions,
  Interpolator,
  type Place,
} from "../interpolations/interpolation.ts";
import { BUILT_IN_RESOLVERS } from "../interpolations/resolvers.ts";
import { type ConfigNode, isInterpolation, type Key, listNode, type MapNode, mapNode } from "../node.ts";
import { type Composition, resolveConfig } from "./compose.ts";

/**
 * The job's configuration for files, reports and trackers. A value that was read from the environment, or given by a
 * resolver of the user, stays the interpolation that it is written as; addresses lose their passwords.
 * @throws INTERPOLATION_*, RESOLVER_UNKNOWN
 */
export function recordedConfig(composition: Composition): MapNode {
  // Cycles and configurations that multiply themselves end here.
  resolveConfig(composition);
  const { config, interpolation } = composition;
  return new Recorder(config, interpolation).record({
    node: config,
    parent: undefined,
    key: undefined,
  }) as MapNode;
}

class Recorder {
  readonly #root: ConfigNode;
  readonly #options: InterpolationOptions;
  /** Whether the interpolation in progress has asked for something that is not in the configuration. */
  #askedOutside = false;

  constructor(root: ConfigNode, options: InterpolationOptions) {
    this.#root = root;
    const note = (): void => {
      this.#askedOutside = true;
    };
    this.#options = {
      ...options,
      environment: new Proxy(options.environment, {
        get: (environment, name) => {
          note();
          return environment[String(name)];
        },
      }),
      resolvers: new Map(
        Array.from(options.resolvers, ([name, resolver]) => [
          name,
          BUILT_IN_RESOLVERS.get(name) === resolver
            ? resolver
            : (...call) => {
                note();
                return resolver(...call);
              },
        ]),
      ),
    };
  }

  record(place: Place): ConfigNode {
    const { node } = place;
    if (isInterpolation(node)) {
      const target = this.#follow(place);
      return target === undefined ? withoutPassword(node) : this.#contents(target, node);
    }
    return this.#contents(place, node);
  }

  #contents(place: Place, { origins }: ConfigNode): ConfigNode {
    const { node } = place;
    if (node.kind === "scalar") return withoutPassword({ ...node, origins });
    const children = childPlaces(place).map((child): [Key, ConfigNode] => [child.key!, this.record(child)]);
    return node.kind === "map"
      ? mapNode(children, origins)
      : listNode(
          children.map(([, child]) => child),
          origins,
        );
  }

  /** What an interpolation stands for; undefined where that comes from outside. */
  #follow(place: Place): Place | undefined {
    this.#askedOutside = false;
    // One that remembers nothing: a value it knows already would not be asked for again.
    const target = new Interpolator(this.#root, this.#options).resolve(place);
    return this.#askedOutside ? undefined : target;
  }
}

/** A tree in which texts that look like interpolations stand for themselves where it is merged into another. */
export function literalConfig(node: ConfigNode): ConfigNode {
  if (node.kind === "map") {
    return mapNode(
      Array.from(node.entries, ([key, child]) => [key, literalConfig(child)]),
      node.origins,
    );
  }
  if (node.kind === "list") return listNode(node.items.map(literalConfig), node.origins);
  if (!isInterpolation(node)) return node;
  return { ...node, value: node.value.replaceAll(/(\\*)\$\{/g, "$1$1\\${") };
}

function withoutPassword(node: ConfigNode): ConfigNode {
  return node.kind === "scalar" && node.type === "str"
    ? { ...node, value: withoutPasswords(String(node.value)) }
    : node;
}
