import { describe, expect, test } from "vitest";
import { createNetwork, findNetwork, NETWORK_NAMES } from "./catalog.ts";
import type { NetworkOptions } from "./family.ts";

/** Options that note which of them are read. */
function watched(read: Set<string>): NetworkOptions {
  return new Proxy({ numClasses: 5 } as NetworkOptions, {
    get(options, key) {
      read.add(String(key));
      return Reflect.get(options, key) as unknown;
    },
  });
}

/** The first network of each family: its constructor is the others'. */
const FIRST = NETWORK_NAMES.filter(
  (name, i) => i === 0 || findNetwork(NETWORK_NAMES[i - 1]!).family !== findNetwork(name).family,
);

test.each(FIRST)("%s and its family know the options that they say", (name) => {
  const { create, knows } = findNetwork(name);
  const read = new Set<string>();
  create(watched(read));
  read.delete("numClasses");
  expect([...read].sort()).toEqual([...knows].sort());
});

describe("stages", () => {
  test.each(FIRST)("%s begins each with parameters, in order, the classifier's last", (name) => {
    const network = createNetwork(name, { numClasses: 5 });
    const names = Array.from(network.namedParameters(), ([parameter]) => parameter);
    const places = network.stages.map((path) => names.findIndex((each) => each.startsWith(`${path}.`)));
    expect(places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]!))).toBe(true);
    const classifier = Array.from(network.classifier.namedParameters()).length;
    expect(places.at(-1)).toBe(names.length - classifier);
  });
});

test("unknown names and options are refused", () => {
  expect(() => findNetwork("resnet19")).toThrow(
    expect.objectContaining({ code: "NETWORK_UNKNOWN", hint: 'did you mean "resnet18"?' }),
  );
  expect(() => createNetwork("resnet18", { numClasses: 2, dropout: 0.5 })).toThrow(
    expect.objectContaining({
      code: "NETWORK_OPTION",
      message: "resnet18 has no dropout",
      where: "model.dropout",
    }),
  );
});
