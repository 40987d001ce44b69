// Bad input: one clear line with a code, the promised exit code, nothing half-written.
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

/** A copy of the pictures, changed. */
async function variant(name: string, change: (root: string) => Promise<void>): Promise<void> {
  const root = join(folder, name);
  await cp(join(folder, "photos"), root, { recursive: true });
  await change(root);
}

const CASES: readonly {
  readonly name: string;
  readonly words: readonly string[];
  readonly prepare?: (root: string) => Promise<void>;
  readonly code: number;
  readonly message: RegExp;
}[] = [
  {
    name: "no such folder",
    words: ["data.root=nowhere"],
    code: 3,
    message: /nowhere: no such folder.*\[DATA_ROOT\]/,
  },
  { name: "no folder given", words: [], code: 2, message: /data\.root.*\[CONFIG_MISSING_VALUE\]/ },
  {
    name: "empty class",
    words: ["data.root=empty-class"],
    prepare: (root) => mkdir(join(root, "train", "yellow")).then(() => undefined),
    code: 3,
    message: /yellow/,
  },
  {
    name: "split lacking a class",
    words: ["data.root=split-lacking-a-class"],
    prepare: (root) => rm(join(root, "val", "red"), { recursive: true }),
    code: 3,
    message: /validation split has no picture of class "red".*\[SPLIT_LACKS_CLASS\]/,
  },
  {
    name: "one class only",
    words: ["data.root=one-class-only"],
    prepare: async (root) => {
      for (const split of ["train", "val", "test"]) {
        for (const colour of ["red", "green"]) await rm(join(root, split, colour), { recursive: true });
      }
    },
    code: 3,
    message: /only one class, "blue".*\[SINGLE_CLASS\]/,
  },
  {
    name: "corrupt picture",
    words: ["data.root=corrupt-picture"],
    prepare: (root) => writeFile(join(root, "train", "red", "3.jpg"), "not a picture"),
    code: 3,
    message: /red\/3\.jpg: .*\[PICTURE_\w+\]/,
  },
  {
    name: "fewer pictures than a batch",
    words: ["data.root=photos", "data.batch_size=64"],
    code: 3,
    message: /24 training pictures are fewer than one batch of 64.*\[FEWER_THAN_BATCH\]/,
  },
  {
    name: "unknown key",
    words: ["data.root=photos", "trainer.max_epoch=3"],
    code: 2,
    message: /did you mean "trainer\.max_epochs".*\[CONFIG_KEY_UNKNOWN\]/,
  },
  {
    name: "unknown model",
    words: ["data.root=photos", "model=resnet19"],
    code: 2,
    message: /did you mean "resnet18"/,
  },
  {
    name: "wrong type",
    words: ["data.root=photos", "trainer.max_epochs=soon"],
    code: 2,
    message: /trainer\.max_epochs.*\[CONFIG_VALUE\]/,
  },
  {
    name: "no place to write",
    words: ["data.root=photos", "hydra.run.dir=photos/train/red/0.jpg/run"],
    code: 5,
    message: /choose another place, for a run with hydra\.run\.dir=.*\[WRITE_FAILED\]/,
  },
  {
    name: "missing checkpoint",
    words: ["data.root=photos", "ckpt=gone.safetensors"],
    code: 2,
    message: /gone\.safetensors: there is no such checkpoint.*\[CHECKPOINT_MISSING\]/,
  },
  {
    name: "a loss that explodes",
    words: [
      "data.root=photos",
      "model.learning_rate=1e30",
      "trainer.gradient_clip_val=0",
      "trainer.num_sanity_val_steps=0",
    ],
    code: 4,
    message: /is (NaN|Infinity) at step \d+.*\[NON_FINITE_(LOSS|GRADIENT)\]/,
  },
];

test.each(CASES)("$name", async ({ name, words, prepare, code, message }) => {
  if (prepare !== undefined) await variant(name.replaceAll(" ", "-"), prepare);
  const outputs = `out-${name.replaceAll(" ", "-")}`;
  const place = words.some((word) => word.startsWith("hydra.run.dir=")) ? [] : [`hydra.run.dir=${outputs}`];
  const result = await run(folder, ["train", ...QUICK, ...place, ...words]);
  const errors = result.stderr.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(message);
  expect(result.stderr).not.toContain("    at ");
  expect(result.code).toBe(code);
  if (code <= 3 && name !== "corrupt picture") expect(existsSync(join(folder, outputs))).toBe(false);
  expect(existsSync(join(folder, outputs, "model.onnx"))).toBe(false);
});

test("bad pictures are left out where asked, and named in the summary", async () => {
  await variant("skipped", (root) => writeFile(join(root, "train", "red", "3.jpg"), "not a picture"));
  const result = await run(folder, [
    "train",
    ...QUICK,
    "data.root=skipped",
    "data.on_bad_picture=skip",
    "hydra.run.dir=skip-run",
    "trainer.max_epochs=1",
  ]);
  expect(result.code).toBe(0);
  const { bad_pictures } = JSON.parse(await readFile(join(folder, "skip-run", "summary.json"), "utf8"));
  expect(bad_pictures).toHaveLength(1);
  expect(bad_pictures[0].name).toMatch(/red\/3\.jpg$/);
});

test.each([
  { words: ["trian"], code: 2, message: /unknown command 'trian'.*\n?.*train/ },
  { words: ["predict", "model.onnx"], code: 2, message: /missing required argument 'pictures'/ },
  { words: ["predict", "gone.onnx", "photos"], code: 3, message: /gone\.onnx: .*\[MODEL_MISSING\]/ },
  { words: ["test"], code: 2, message: /\[NO_RUN\]/ },
  { words: ["export", "photos"], code: 2, message: /\[NOT_A_RUN\]/ },
])("$words", async ({ words, code, message }) => {
  const result = await run(folder, words);
  expect(result.stderr).toMatch(message);
  expect(result.code).toBe(code);
});
