// Components of the user: register, validation against schemas, JSON Schema, typed configurations.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ComponentRegistry } from "../../src/config/components/component-registry.ts";
import { type ConfigOf, defineConfig } from "../../src/config/components/define-config.ts";
import { instantiate } from "../../src/config/components/instantiate.ts";
import { configJsonSchema } from "../../src/config/components/json-schema.ts";
import { componentRegistry, register } from "../../src/config/components/register.ts";
import { type ConfigSchema, validateConfig } from "../../src/config/components/validate.ts";
import { compose } from "../../src/config/composition/compose.ts";
import { ConfigStore, configStore } from "../../src/config/composition/config-store.ts";
import { inOwnTerms } from "../../src/config/composition/foreign-config.ts";
import { toPlain } from "../../src/config/node.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

interface NetOptions {
  readonly hiddenSize: number;
  readonly learningRate?: number;
  readonly sampler?: { readonly classWeights?: Record<string, number> };
}

class MyNet {
  static readonly schema: z.ZodType = z.strictObject({
    hiddenSize: z.int().min(1),
    learningRate: z.number().positive().default(1e-3),
    sampler: z.strictObject({ classWeights: z.record(z.string(), z.number()).default({}) }).prefault({}),
  });
  constructor(readonly options: NetOptions) {}
}

// What `@register({ ... })` above the class does; the test runner does not compile decorators.
register({ group: "net", name: "mine", learningRate: 0.01 })(MyNet);

class Plain {
  constructor(readonly options: object) {}
}
register({ group: "net", name: "plain", depth: 2 }, Plain);

const schema: ConfigSchema = {
  registry: componentRegistry,
  sections: { seed: z.int(), trainer: z.strictObject({ maxEpochs: z.int().default(3) }) },
  groups: ["net"],
};

const settings = { searchPath: [], configName: "components", environment: {} };
configStore.store({
  name: "components",
  node: { defaults: [{ net: "mine" }, "_self_"], seed: 1, trainer: { max_epochs: 5 } },
});

const check = async (...overrides: string[]): Promise<ClassifierTrainingError | undefined> => {
  try {
    await validateConfig(compose({ ...settings, overrides }), schema);
    return undefined;
  } catch (error) {
    if (error instanceof ClassifierTrainingError) return error;
    throw error;
  }
};

describe("register", () => {
  it("stores the target, the defaults of the schema and the given options", () => {
    expect(componentRegistry.names("net")).toStrictEqual(["MyNet", "Plain"]);
    expect(configStore.get("net/mine")?.node).toMatchObject({ kind: "map" });
    const { config } = compose({
      ...settings,
      overrides: ["net.hidden_size=8", "+net.sampler.class_weights={my_class:2}"],
    });
    return expect(instantiate(config, { registry: componentRegistry, key: "net" })).resolves.toStrictEqual(
      new MyNet({ hiddenSize: 8, learningRate: 0.01, sampler: { classWeights: { my_class: 2 } } }),
    );
  });

  it("refuses a name twice", () => {
    expect(() => register({ group: "net" }, MyNet)).toThrow(/already registered/);
  });

  it("imports a lazy component when it is first built", async () => {
    let loads = 0;
    const registry = new ComponentRegistry().registerLazy("Late", async () => {
      loads++;
      return Plain;
    });
    const { config } = compose({ ...settings, overrides: ["net=plain", "net._target_=Late"] });
    expect(loads).toBe(0);
    await instantiate(config, { registry, key: "net" });
    await instantiate(config, { registry, key: "net" });
    expect(loads).toBe(1);
  });

  it("answers to the names of the Python stack, and says which of them do not exist yet", async () => {
    const registry = new ComponentRegistry().register("AdamW", Plain);
    expect(registry.ownName("torch.optim.AdamW")).toBe("AdamW");
    const data = new ComponentRegistry().register("JsonlDataModule", Plain, {
      schema: z.strictObject({ root: z.string() }),
    });
    const seed = await data.load("classifier_training.data.datamodule.ImageFolderDataModule");
    expect(seed.create([], { data_root: "/d", pin_memory: true })).toStrictEqual(new Plain({ root: "/d" }));
    expect(seed.optionName?.("batch_sise")).toBe("batch_sise");
    await expect(registry.load("torch.optim.LBFGS")).rejects.toThrow(
      /"LBFGS", which does not exist here yet/,
    );
    await expect(registry.load("node:fs")).rejects.toThrow(/not registered/);
  });
});

describe("configurations of the Python stack", () => {
  it("log under another name, and say what is always so here", () => {
    const store = new ConfigStore();
    store.store({
      name: "seed",
      node: {
        logging: {},
        trainer: { max_epochs: 1, accelerator: "auto", devices: 4, enable_progress_bar: true },
      },
    });
    const { config } = inOwnTerms(compose({ searchPath: [], configName: "seed", store, environment: {} }));
    expect(toPlain(config)).toStrictEqual({ logger: {}, trainer: { max_epochs: 1, devices: 4 } });
  });
});

describe("validateConfig", () => {
  it("accepts what fits", async () => {
    expect(await check("net.hidden_size=4")).toBeUndefined();
    expect(await check("net.hidden_size=4", "+width=4", "net.hidden_size=${width}")).toBeUndefined();
  });

  it.each([
    [["net.hidden_size=4", "+trainer.max_epoch=1"], "CONFIG_KEY_UNKNOWN", 'did you mean "max_epochs"?'],
    [["net.hidden_size=4", "+nett=1"], "CONFIG_KEY_UNKNOWN", 'did you mean "net"?'],
    [["net.hidden_size=4", "+net.learningrate=1"], "CONFIG_KEY_UNKNOWN", 'did you mean "learning_rate"?'],
    [
      ["net.hidden_size=4", "+net.sampler.class_weigths={}"],
      "CONFIG_KEY_UNKNOWN",
      'did you mean "class_weights"?',
    ],
    [["net.hidden_size=many"], "CONFIG_VALUE", undefined],
    [["net.hidden_size=4", "trainer.max_epochs=1.5"], "CONFIG_VALUE", undefined],
    [[], "CONFIG_MISSING_VALUE", "write net.hidden_size=VALUE"],
    [["net._target_=MyNett"], "INSTANTIATE_TARGET", 'did you mean "MyNet"?'],
  ])("%j is refused with %s", async (overrides, code, hint) => {
    const error = await check(...overrides);
    expect(error).toMatchObject({ code, ...(hint === undefined ? {} : { hint }) });
  });

  it("names the override that set a wrong value", async () => {
    expect((await check("net.hidden_size=0"))?.where).toBe('override "net.hidden_size=0"');
  });
});

describe("JSON Schema", () => {
  it("has the keys of the configuration, components told apart by target", async () => {
    const json = await configJsonSchema(schema);
    expect(json).toMatchObject({
      properties: {
        trainer: { properties: { max_epochs: { anyOf: [{ type: "integer" }, { type: "string" }] } } },
      },
      $defs: {
        MyNet: { properties: { _target_: { const: "MyNet" }, hidden_size: {} }, required: ["_target_"] },
      },
    });
    expect(await configJsonSchema(schema, "net")).toMatchObject({
      anyOf: [{ $ref: "#/$defs/MyNet" }, {}, {}, {}],
    });
  });
});

describe("defineConfig", () => {
  it("stores a typed configuration", () => {
    defineConfig<{ trainer: ConfigOf<{ maxEpochs: number }> }>(
      { group: "exp", name: "typed", package: "_global_" },
      { trainer: { max_epochs: 9 } },
    );
    const { config } = compose({ ...settings, overrides: ["+exp=typed"] });
    expect(config.entries.get("trainer")).toMatchObject({ kind: "map" });
    expect(new ConfigStore().paths()).toStrictEqual([]);
  });
});
