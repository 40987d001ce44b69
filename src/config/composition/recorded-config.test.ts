import { expect, test } from "vitest";
import { Interpolator } from "../interpolations/interpolation.ts";
import { type MapNode, toPlain } from "../node.ts";
import { readYaml } from "../yaml/yaml-reader.ts";
import { type Composition, compose } from "./compose.ts";
import { literalConfig, recordedConfig } from "./recorded-config.ts";

const TEXT = `
seed: 1
step: \${seed}
token: \${oc.env:TOKEN}
again: \${token}
within: ["Bearer \${oc.env:TOKEN}", "\${token}"]
decoded: \${oc.decode:\${oc.env:NUMBER}}
default: \${oc.env:NOWHERE,7}
vault: \${vault:key}
group: {token: "\${oc.env:TOKEN}", seed: "\${seed}"}
copy: \${group}
values: \${oc.dict.values:group}
address: http://me:secret@host/path
`;

function composed(text: string): Composition {
  return {
    ...compose({
      searchPath: [],
      configName: undefined,
      environment: { TOKEN: "secret", NUMBER: "12" },
      resolvers: new Map([["vault", () => "secret"]]),
    }),
    config: readYaml(text, "x.yaml") as MapNode,
  };
}

test("what comes from outside stays as it is written, wherever it is used; the rest is resolved", () => {
  expect(toPlain(recordedConfig(composed(TEXT)))).toEqual({
    seed: 1,
    step: 1,
    token: "${oc.env:TOKEN}",
    again: "${token}",
    within: ["Bearer ${oc.env:TOKEN}", "${token}"],
    decoded: "${oc.decode:${oc.env:NUMBER}}",
    default: "${oc.env:NOWHERE,7}",
    vault: "${vault:key}",
    group: { token: "${oc.env:TOKEN}", seed: 1 },
    copy: { token: "${oc.env:TOKEN}", seed: 1 },
    values: "${oc.dict.values:group}",
    address: "http://***@host/path",
  });
});

test("cycles are refused", () => {
  expect(() => recordedConfig(composed("a: ${b}\nb: ${a}\n"))).toThrow(/leads back/);
});

test.each(["${oc.env:TOKEN}", "\\${a}", "\\\\${a}x", "${a}${b}", "a\\b"])(
  "%s stands for itself where it is literal",
  (text) => {
    const root = literalConfig(readYaml(JSON.stringify({ a: text }), "x.yaml"));
    const options = { resolvers: new Map(), environment: {}, now: new Date() };
    expect(toPlain(new Interpolator(root, options).resolveTree())).toEqual({ a: text });
  },
);
