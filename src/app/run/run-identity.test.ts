// Which runs are the same: those of version 0.1, whose settings were fewer, go on.
import { describe, expect, test } from "vitest";
import type { DataModule } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { Json, LoadedCheckpoint } from "../../train/index.ts";
import { assertResumable } from "../../train/index.ts";
import { composeRun } from "./configuration.ts";
import { identityOf } from "./run-identity.ts";

/** What identities need of data and model. */
const DATA = {
  classes: ["cat", "dog"],
  splits: { train: { labels: [0, 1], name: (index: number) => `${index}.jpg` } },
} as unknown as DataModule;
const MODEL = { architecture: "resnet18" } as BaseClassificationModel;

/** Settings of data sets that version 0.1 did not have. */
const ADDED = {
  image_folder: ["data.class_level"],
  csv: ["data.train_file", "data.val_file", "data.test_file", "data.header", "data.class_names_file"],
  jsonl: ["data.train_file", "data.val_file", "data.test_file", "data.class_names_file"],
} as const;

async function identity(...overrides: string[]): Promise<Record<string, Json>> {
  return identityOf(await composeRun({ overrides: ["data.root=photos", ...overrides] }), DATA, MODEL);
}

function savedWith(identity: Readonly<Record<string, Json>>): LoadedCheckpoint {
  return { kind: "training", state: { identity }, path: "last.safetensors" } as unknown as LoadedCheckpoint;
}

describe.each(["image_folder", "csv", "jsonl"] as const)("pictures of %s", (data) => {
  // What version 0.1 wrote into its configuration, and looks for itself today.
  const settings =
    data === "csv" ? ["data.image_column=image", "data.label_column=label", "data.separator=','"] : [];
  const words = [`data=${data}`, ...(data === "csv" ? ["data.file=list.csv"] : []), ...settings];

  test("go on from a checkpoint of version 0.1", async () => {
    const now = await identity(...words);
    const before = Object.entries(now).filter(([key]) => !(ADDED[data] as readonly string[]).includes(key));
    expect(() => assertResumable(savedWith(Object.fromEntries(before)), now)).not.toThrow();
  });
});

test("a setting that came later and is used is told of", async () => {
  const { "data.class_level": _, ...before } = await identity();
  const now = await identity("data.class_level=leaf");
  expect(() => assertResumable(savedWith(before), now)).toThrow(/data\.class_level was nothing, is leaf/);
  const listed = ["data=csv", "data.file=list.csv"];
  const withHeader = await identity(...listed);
  expect(withHeader).not.toHaveProperty("data.header");
  const without = await identity(...listed, "data.header=false");
  expect(() => assertResumable(savedWith(withHeader), without)).toThrow(/data\.header was nothing, is false/);
});
