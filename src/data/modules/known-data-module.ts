// The data module of the data sets known by name: MNIST and its family, CIFAR-10 and CIFAR-100.
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import * as z from "zod";
import { ClassifierTrainingError, didYouMean, parseOptions } from "../../core/index.ts";
import { download } from "../../download/index.ts";
import { readSource } from "../../image/read-image.ts";
import { writeDurably } from "../../platform/index.ts";
import type { ArrayDataset } from "../datasets/array-dataset.ts";
import { openCIFAR, openIDX } from "../datasets/binary-datasets.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import { KNOWN_DATASETS, type KnownDataset, type KnownFile } from "../datasets/known-datasets.ts";
import { listTar } from "../files/tar.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type ResolvedAutoSplitOptions,
  refuseTestFraction,
} from "./auto-split.ts";
import {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  dataModuleFields,
  type OpenOptions,
} from "./data-module.ts";

/** Which data set, where its files are, and whether they may be fetched. */
export interface KnownDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /** mnist, fashion_mnist, kmnist, cifar10 or cifar100. */
  readonly name: string;
  /** The folder with the data set's files, as they were fetched or unpacked. */
  readonly root: string;
  /** Fetches the files that are not there. Default false. */
  readonly download?: boolean;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  name: z.string(),
  root: z.string().min(1, "give the folder of the data set's files as data.root=PATH"),
  download: z.boolean().default(false),
});

const unzip = promisify(gunzip);
const MAX_BYTES = 1 << 30;
/** The folders that the archives of CIFAR unpack to, by the data set's name. */
const UNPACKED: Readonly<Record<string, string>> = {
  cifar10: "cifar-10-batches-bin",
  cifar100: "cifar-100-binary",
};

/** Trains on a known data set. A part of its training pictures, by class, serves for validation. */
export class KnownDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #root: string;
  readonly #download: boolean;
  readonly #known: KnownDataset;
  readonly #unpacked: string;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: KnownDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#root = resolved.root;
    this.#download = resolved.download;
    this.#autoSplit = resolved;
    const { name } = resolved;
    if (!Object.hasOwn(KNOWN_DATASETS, name)) {
      throw new ClassifierTrainingError("usage", "DATASET_UNKNOWN", `there is no data set "${name}"`, {
        where: "data.name",
        hint: didYouMean(name, Object.keys(KNOWN_DATASETS)),
      });
    }
    if (resolved.task === "multi_label") {
      throw new ClassifierTrainingError("usage", "TASK", `the pictures of ${name} have one class each`, {
        where: "task",
        hint: "leave out task=multi_label, or choose other data",
      });
    }
    this.#known = KNOWN_DATASETS[name]!;
    this.#unpacked = UNPACKED[name] ?? "";
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    // Before anything is fetched.
    refuseTestFraction(this.#autoSplit);
    const { train, test } = await (this.#known.kind === "idx"
      ? this.#openIDX(this.#known)
      : this.#openCIFAR(this.#known));
    const given = { train, val: undefined, test: named(test, "test"), warnings: [] };
    return completeSplits(given, options, this.options.seed, this.#autoSplit);
  }

  async #openIDX({
    files,
    classes,
  }: Extract<KnownDataset, { kind: "idx" }>): Promise<Record<"train" | "test", ArrayDataset>> {
    const paths: string[] = [];
    for (const file of files) {
      const found = (await this.#find(file.name)) ?? (await this.#find(`${file.name}.gz`));
      paths.push(found ?? (await this.#fetch(file, `${file.name}.gz`)));
    }
    const [trainImages, trainLabels, testImages, testLabels] = paths as [string, string, string, string];
    return {
      train: await openIDX(trainImages, trainLabels, classes),
      test: await openIDX(testImages, testLabels, classes),
    };
  }

  async #openCIFAR(
    known: Extract<KnownDataset, { kind: "cifar" }>,
  ): Promise<Record<"train" | "test", ArrayDataset>> {
    const names = [...known.trainFiles, ...known.testFiles, known.classFile];
    const isIn = async (folder: string): Promise<boolean> =>
      !(await Promise.all(names.map((name) => this.#find(join(folder, name))))).includes(undefined);
    let folder = "";
    if (!(await isIn(""))) {
      if (await isIn(this.#unpacked)) folder = this.#unpacked;
      else {
        const archive =
          (await this.#find(known.archive.name)) ?? (await this.#fetch(known.archive, known.archive.name));
        await unpack(archive, this.#root, names);
        if (!(await isIn(""))) {
          throw new ClassifierTrainingError("data", "ARCHIVE", "a file of the data set is not in it", {
            where: archive,
            hint: `fetch ${known.archive.url} again`,
          });
        }
      }
    }
    const path = (name: string): string => join(this.#root, folder, name);
    const classes = (await readFile(path(known.classFile), "utf8"))
      .split(/\s+/)
      .filter((name) => name !== "");
    return {
      train: await openCIFAR(known.trainFiles.map(path), known.labelBytes, classes),
      test: await openCIFAR(known.testFiles.map(path), known.labelBytes, classes),
    };
  }

  async #find(name: string): Promise<string | undefined> {
    const path = join(this.#root, name);
    return (await stat(path).catch(() => undefined))?.isFile() === true ? path : undefined;
  }

  async #fetch({ url, sha256 }: KnownFile, name: string): Promise<string> {
    const path = join(this.#root, name);
    if (!this.#download) {
      throw new ClassifierTrainingError("data", "DATA_ROOT", `there is no ${name}`, {
        where: this.#root,
        hint: `fetch ${url} into this folder, or set data.download=true`,
      });
    }
    await download(url, path, { sha256Prefix: sha256 });
    return path;
  }
}

/** The pictures under names of their own, so that lists of changed labels tell them from those of training. */
function named(dataset: ArrayDataset, part: string): ImageDataset {
  const { classes, labels } = dataset;
  return {
    classes,
    labels,
    source: (index) => dataset.source(index),
    name: (index) => `${part} ${dataset.name(index)}`,
  };
}

/** Writes the named files of a gzipped tar into a folder, each complete or not at all. */
async function unpack(archive: string, folder: string, names: readonly string[]): Promise<void> {
  const tar = join(folder, `.unpacking-${process.pid}.tar`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(tar, await unzip(await readFile(archive), { maxOutputLength: MAX_BYTES }));
    for (const { path, source } of await listTar(tar)) {
      const name = path.split("/").at(-1)!;
      if (!names.includes(name) || source.kind !== "slice") continue;
      await writeDurably(join(folder, name), [await readSource(source, archive)]);
    }
  } catch (error) {
    if (error instanceof ClassifierTrainingError) throw error;
    throw new ClassifierTrainingError("data", "ARCHIVE", `cannot be unpacked: ${(error as Error).message}`, {
      where: archive,
      cause: error,
    });
  } finally {
    await rm(tar, { force: true });
  }
}
