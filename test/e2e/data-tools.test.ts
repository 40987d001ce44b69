// Looking at data before training: what is left out is told, small sets are looked at, configuration is that of train.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/image/index.ts";
import {
  type CommandResult,
  removeFolder,
  run,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

let folder: string;
const TRAIN = { train: 2, val: 1 };
const SETTINGS = ["model=tiny", "data.image_size=16", "data.num_workers=0", "transforms=upright"];
const data = (tool: string, ...words: string[]): Promise<CommandResult> =>
  run(folder, ["data", tool, "--import", TINY_NETWORK, ...SETTINGS, ...words]);
const hidden = /^warning: .*folders of tools are not classes: \.thumbnails$/m;

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const name of ["photos", "damaged"]) await writeColourPictures(join(folder, name), TRAIN);
  await mkdir(join(folder, "photos", "train", ".thumbnails"));
  for (let i = 90; i < 94; i++)
    await writeFile(join(folder, "damaged", "train", "red", `${i}.jpg`), "not a picture");
});
afterAll(() => removeFolder(folder));

describe("a set that is less than one batch and has a hidden folder", () => {
  const fewer =
    "warning: 6 training pictures are fewer than one batch of 32; to train, set data.batch_size=6";

  test.each(["stats", "verify", "dedupe"])("%s looks at it, warns, and prints JSON alone", async (tool) => {
    const { code, stdout, stderr } = await data(tool, "data.root=photos", "--json");
    expect(stderr).toMatch(hidden);
    expect(stderr).not.toContain(fewer);
    expect(code).toBe(0);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });

  test("preview shows all of it", async () => {
    const { code, stderr } = await data("preview", "data.root=photos", "-o", "small.png");
    expect(stderr).toMatch(hidden);
    expect(code).toBe(0);
    const { width, height } = await decodeImage(await readFile(join(folder, "small.png")), "small.png");
    expect([width, height]).toEqual([6 * 18 - 2, 16]);
  });

  test("report has the warnings on its page", async () => {
    const { code } = await data("report", "data.root=photos", "-o", "small.html");
    expect(code).toBe(0);
    const page = await readFile(join(folder, "small.html"), "utf8");
    expect(page).toContain("folders of tools are not classes: .thumbnails</li>");
    expect(page).toContain("6 training pictures are fewer than one batch of 32");
    expect(page).toContain('<section id="batch">');
  });
});

test("warnings are left out where the log level says so", async () => {
  const { code, stderr } = await data("stats", "data.root=photos", "log_level=ERROR");
  expect(code).toBe(0);
  expect(stderr).toBe("");
});

describe("pictures with several labels", () => {
  const table = ["task=multi_label", "data=csv", "data.file=several.csv", "data.label_columns='*'"];
  beforeAll(async () => {
    const pictures = ["red/0", "red/1", "blue/0"].map((name) => `photos/train/${name}.jpg`);
    const labels = ["1,1", "1,0", "0,"];
    const rows = pictures.map((name, i) => `${name},${labels[i]}`);
    await writeFile(join(folder, "several.csv"), ["image,warm,striped", ...rows].join("\n"));
  });

  test("stats count pictures, and what comes together", async () => {
    const { code, stdout } = await data("stats", ...table);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^all pictures +3$/m);
    expect(stdout).toMatch(/^pictures without labels +1$/m);
    expect(stdout).toMatch(/^striped +warm +1$/m);
  });

  test("are told apart by the task alone, which is not the data's to say", async () => {
    const { code, stderr } = await data("stats", ...table, "+data.task=multi_class");
    expect(code).toBe(2);
    expect(stderr).toContain("data.task: ");
  });
});

describe("pictures that no training begins with", () => {
  const alike = join(import.meta.dirname, "../data/duplicates");

  // A class of one picture, of which no split can be made.
  test.each(["stats", "verify"])("%s looks at them as they lie", async (tool) => {
    const { code, stdout } = await data(tool, `data.root=${alike}`, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(
      tool === "stats" ? { counts: { train: [1, 1, 2, 2, 1, 3, 3] } } : { checked: 13, problems: [] },
    );
  });

  test("dedupe prints them one a line and draws a sheet", async () => {
    const { code, stdout, stderr } = await data("dedupe", `data.root=${alike}`, "--sheet", "pairs.png");
    expect(code).toBe(0);
    expect(stdout).toBe(
      `equal, classes differ\n  ${alike}/shorts/17.jpg (shorts)\n  ${alike}/skirt/18.jpg (skirt)\n` +
        `near\n  ${alike}/skirt/19.jpg\n  ${alike}/skirt/20.jpg\n`,
    );
    expect(stderr).toContain("2 groups of duplicates (0 exact, 1 equal, 1 near)");
    expect((await decodeImage(await readFile(join(folder, "pairs.png")), "pairs.png")).width).toBeGreaterThan(
      600,
    );
  });

  test("report describes them, and says why no batch is shown", async () => {
    const { code } = await data("report", `data.root=${alike}`, "-o", "alike.html");
    expect(code).toBe(0);
    const page = await readFile(join(folder, "alike.html"), "utf8");
    expect(page).toContain('<section id="contradictions">');
    expect(page).toContain("no training begins with it: class ");
    expect(page).not.toContain('<section id="batch">');
  });
});

test("stats says that no picture can be read, and what tells why", async () => {
  for (const name of ["a", "b"]) {
    await mkdir(join(folder, "unreadable", name), { recursive: true });
    await writeFile(join(folder, "unreadable", name, "0.jpg"), "not a picture");
  }
  const { code, stdout } = await data("stats", "data.root=unreadable");
  expect(code).toBe(0);
  expect(stdout).toContain("of 2 pictures none can be read; classifier-training data verify says why\n");
  expect(stdout).not.toContain("width");
});

describe("dedupe", () => {
  test("counts the pictures that it cannot read and names some", async () => {
    const { code, stderr } = await data("dedupe", "data.root=damaged", "data.batch_size=4");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: 4 pictures cannot be read, so not compared: .*92\.jpg and 1 more$/m);
  });

  test("lists them all as JSON", async () => {
    const { stdout } = await data("dedupe", "data.root=damaged", "data.batch_size=4", "--json");
    const { groups, unreadable } = JSON.parse(stdout) as { groups: unknown[]; unreadable: unknown[] };
    expect(groups).toEqual([]);
    expect(unreadable).toHaveLength(4);
    expect(unreadable[0]).toMatchObject({
      part: "train",
      name: join("damaged", "train", "red", "90.jpg"),
      className: "red",
      code: expect.stringMatching(/^PICTURE_/),
    });
  });
});

describe("preview", () => {
  const damaged = ["data.root=damaged", "data.batch_size=10"];

  test("names what it leaves out", async () => {
    const { code, stderr } = await data("preview", ...damaged, "data.on_bad_picture=skip");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: 4 pictures could not be read and were left out: /m);
  });

  test("shows transforms of the user, from a configuration and a module of their own", async () => {
    const library = new URL("../../dist/index.js", import.meta.url).href;
    await writeFile(
      join(folder, "all-green.mjs"),
      `import { register } from ${JSON.stringify(library)};
      class AllGreen {
        apply() {
          return { width: 16, height: 16, data: new Uint8Array(768).map((_, i) => (i % 3 === 1 ? 255 : 0)) };
        }
        describe() {
          return { name: "AllGreen", options: {} };
        }
      }
      register({}, AllGreen);`,
    );
    await mkdir(join(folder, "own", "transforms"), { recursive: true });
    await writeFile(
      join(folder, "own", "transforms", "green.yaml"),
      `train_transforms:
  _target_: Compose
  transforms:
    - _target_: AllGreen
    - _target_: ToDtype
    - _target_: Normalize
      mean: [0.485, 0.456, 0.406]
      std: [0.229, 0.224, 0.225]
`,
    );
    const own = ["--import", "all-green.mjs", "--config-dir", "own", "transforms=green", "-o", "green.png"];
    const { code, stderr } = await data("preview", "data.root=photos", ...own);
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    const { data: pixels } = await decodeImage(await readFile(join(folder, "green.png")), "green.png");
    expect([...pixels.subarray(0, 3)]).toEqual([0, 255, 0]);
  });

  test("an epoch without a batch is no success", async () => {
    const nothing = ["data.sampler.world_size=2", "data.drop_last=true", "-o", "nothing.png"];
    const { code, stderr } = await data("preview", "data.root=photos", ...nothing);
    expect(stderr).toContain("[NO_BATCH]");
    expect(code).toBe(3);
  });
});

test("the flags of train print the configuration instead", async () => {
  const { code, stdout } = await data("stats", "--cfg", "job", "-p", "data", "data.batch_size=5");
  expect(code).toBe(0);
  expect(stdout).toContain("batch_size: 5\n");
});
