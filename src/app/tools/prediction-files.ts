// Files of predictions, for any number of pictures: written as they come, gone on with after whatever stopped it.
import { createReadStream, openSync, readSync } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import { ClassifierTrainingError, writeCsv, writeLabelList } from "../../core/index.ts";
import { Classifier } from "../../inference/index.ts";
import { readBytes, sha256, writeDurably } from "../../platform/index.ts";
import {
  filesAsDataset,
  findPictures,
  namedOf,
  type PicturePrediction,
  type PredictRequest,
  predictAll,
} from "./predict.ts";

/** What is predicted, and the file that it goes to. */
export interface PredictionFileRequest extends PredictRequest {
  /** Ends with `.csv`, `.jsonl` or `.parquet`. */
  readonly out: string;
  /** Ends the work behind a batch; the same request goes on. */
  readonly signal: AbortSignal;
  /** Receives pictures that cannot be read, and every ten seconds how far it is. */
  readonly write: (line: string) => void;
}

/** What came of it. */
export interface PredictionTotals {
  /** Pictures that there are, each once. */
  readonly pictures: number;
  readonly done: number;
  /** Those of `done` that could not be read. */
  readonly unreadable: number;
}

/** What a file of predictions can end with. */
const EXTENSIONS: readonly string[] = [".csv", ".jsonl", ".parquet"];
/** Milliseconds between two lines of progress. */
const PROGRESS = 10_000;
/** Bytes that are read, and rows that are written, at a time. */
const [READ, ROWS] = [1 << 20, 10_000];

/**
 * A line of JSON for each picture goes to `OUT.partial` as it is known; what is there already is not done again. When all are
 * there they become `out`, which is whole or not there.
 * @throws ClassifierTrainingError kind "usage" `PREDICTION_FORMAT`, `PREDICTIONS_DIFFER`; kind "storage" `WRITE_FAILED`; as `predict`
 */
export async function writePredictions(request: PredictionFileRequest): Promise<PredictionTotals> {
  const { out, model, labelsPath, testTimeAugmentation, signal, write } = request;
  const extension = extensionOf(out);
  const partial = `${out}.partial`;
  const pictures = [...new Set(await findPictures(request.pictures))];
  await using classifier = await Classifier.load(model, {
    labelsPath,
    amongOthers: true,
    testTimeAugmentation,
  });
  const { task, classNames, labels } = classifier;
  const { topK = namedOf(classifier) } = request;
  const hash = await sha256()
    .update(await readBytes(model))
    .digest();
  const header = JSON.stringify({
    model: hash,
    classes: classNames,
    top_k: topK,
    tta: testTimeAugmentation,
    ...(task === "multi_label" && { task, thresholds: labels.thresholds }),
  });
  const known = await readPartial(partial, header);
  await using file = await open(partial, known.length === 0 ? "w" : "r+");
  if (known.length === 0) await file.write(`${header}\n`, 0);
  else await file.truncate(known.length);
  let position = known.length === 0 ? Buffer.byteLength(header) + 1 : known.length;
  let [done, unreadable] = [0, 0];
  for (const picture of pictures) {
    const wasReadable = known.pictures.get(picture);
    if (wasReadable === undefined) continue;
    done++;
    if (!wasReadable) unreadable++;
  }
  const before = done;
  if (before > 0) write(`goes on after ${before} of ${pictures.length} pictures`);
  const left = pictures.filter((picture) => !known.pictures.has(picture));
  const begin = performance.now();
  let told = begin;
  let lines = "";
  const flush = async (): Promise<void> => {
    const { bytesWritten } = await file.write(lines, position);
    position += bytesWritten;
    lines = "";
  };
  for await (const { index, ...result } of predictAll(classifier, filesAsDataset(left), request)) {
    lines += `${predictionLine({ picture: left[index]!, ...result })}\n`;
    done++;
    if (result.error !== undefined) {
      unreadable++;
      write(`error: ${result.error.toLine()}`);
    }
    if (lines.length > 4096) await flush();
    if (signal.aborted) break;
    const now = performance.now();
    if (now - told < PROGRESS) continue;
    told = now;
    const rate = ((done - before) / (now - begin)) * 1000;
    write(`${done} of ${pictures.length} pictures, ${rate.toFixed(0)} a second, ${unreadable} unreadable`);
  }
  await flush();
  await file.sync();
  if (done === pictures.length) {
    const wanted = new Set(pictures);
    const columns = task === "multi_label" ? columnsOfLabels(classNames) : columnsOf(topK);
    await writeDurably(out, CONTENT[extension]!(rowsOf(partial, wanted), columns));
    await rm(partial);
  }
  return { pictures: pictures.length, done, unreadable };
}

/** What is known of a picture as one line of JSON; where it may have several labels, those that are present as `labels`. */
export function predictionLine({ picture, predictions, error }: PicturePrediction): string {
  const classes = predictions.map(({ classId, label, confidence, present, unsure }) => ({
    class_id: classId,
    label,
    confidence,
    present,
    unsure,
  }));
  const several = predictions[0]?.present === undefined ? {} : { labels: presentLabels(predictions) };
  const failure = error === undefined ? {} : { error: error.toLine() };
  return JSON.stringify({ picture, ...several, predictions: classes, ...failure });
}

function presentLabels(predictions: Iterable<{ label: string; present?: boolean }>): string[] {
  return Array.from(predictions).flatMap(({ label, present }) => (present === true ? [label] : []));
}

interface Row {
  readonly picture: string;
  readonly predictions: readonly {
    readonly class_id: number;
    readonly label: string;
    readonly confidence: number;
    readonly present?: boolean;
    readonly unsure?: string;
  }[];
  readonly error?: string;
}

function extensionOf(out: string): string {
  const extension = EXTENSIONS.find((ending) => out.toLowerCase().endsWith(ending));
  if (extension !== undefined) return extension;
  throw new ClassifierTrainingError("usage", "PREDICTION_FORMAT", "the format is not known by this ending", {
    where: out,
    hint: `let it end with ${EXTENSIONS.join(", ")}`,
  });
}

/** The pictures of a file that was begun, whether each could be read, and the bytes up to its last whole line. */
async function readPartial(
  path: string,
  header: string,
): Promise<{ pictures: ReadonlyMap<string, boolean>; length: number }> {
  const pictures = new Map<string, boolean>();
  let length = 0;
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size === 0) return { pictures, length };
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const end = length + Buffer.byteLength(line) + 1;
    if (length === 0) {
      if (end > size) break;
      if (line !== header) throw differs(path);
    } else {
      const row = end > size ? undefined : parsed(line);
      // What a killed process has begun, or a machine without power has lost.
      if (row === undefined) break;
      pictures.set(row.picture, row.error === undefined);
    }
    length = end;
  }
  return { pictures, length };
}

function parsed(line: string): Row | undefined {
  try {
    return JSON.parse(line) as Row;
  } catch {
    return undefined;
  }
}

function differs(path: string): ClassifierTrainingError {
  const message = "was begun with another model, other labels or another --top-k";
  return new ClassifierTrainingError("usage", "PREDICTIONS_DIFFER", message, {
    where: path,
    hint: "remove it, or give another --out",
  });
}

/** The wanted rows of a file that is whole. */
function* rowsOf(path: string, wanted: ReadonlySet<string>): Generator<Row> {
  let isHeader = true;
  for (const line of linesOf(path)) {
    const row = isHeader ? undefined : (JSON.parse(line) as Row);
    isHeader = false;
    if (row !== undefined && wanted.has(row.picture)) yield row;
  }
}

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, "r");
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(READ);
  let rest = "";
  for (let count = readSync(file, bytes); count > 0; count = readSync(file, bytes)) {
    const lines = (rest + decoder.decode(bytes.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

const text = new TextEncoder();

const CONTENT: Readonly<
  Record<string, (rows: Iterable<Row>, columns: readonly Column[]) => Generator<Uint8Array>>
> = {
  ".jsonl": function* (rows) {
    for (const group of grouped(rows))
      yield text.encode(group.map((row) => `${JSON.stringify(row)}\n`).join(""));
  },
  ".csv": function* (rows, columns) {
    yield text.encode(writeCsv([columns.map(({ name }) => name)]));
    for (const group of grouped(rows))
      yield text.encode(writeCsv(group.map((row) => columns.map(({ of }) => of(row) ?? ""))));
  },
  ".parquet": function* (rows, columns) {
    const bytes = new ByteWriter();
    const parquet = new ParquetWriter({
      writer: bytes,
      schema: [
        { name: "root", num_children: columns.length },
        ...columns.map(({ name, isNumber }) =>
          isNumber
            ? ({ name, type: "DOUBLE", repetition_type: "OPTIONAL" } as const)
            : ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const),
        ),
      ],
    });
    const written = (): Uint8Array => {
      const part = new Uint8Array(bytes.buffer.slice(0, bytes.index));
      bytes.index = 0;
      return part;
    };
    for (const group of grouped(rows)) {
      const columnData = columns.map(
        ({ name, of }): ColumnSource => ({ name, data: group.map((row) => of(row) ?? null) }),
      );
      // Into memory: nothing to wait for.
      void parquet.write({ columnData });
      yield written();
    }
    void parquet.finish();
    yield written();
  },
};

function* grouped(rows: Iterable<Row>): Generator<Row[]> {
  let group: Row[] = [];
  for (const row of rows) {
    group.push(row);
    if (group.length < ROWS) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

interface Column {
  readonly name: string;
  readonly isNumber: boolean;
  readonly of: (row: Row) => string | number | undefined;
}

/** `picture`, `labels` (those that are present, likeliest first), `confidence_<label>` of each label, `unsure`, `error`. */
function columnsOfLabels(names: readonly string[]): Column[] {
  const of = (name: string) => (row: Row) => row.predictions.find(({ label }) => label === name)?.confidence;
  return [
    { name: "picture", isNumber: false, of: ({ picture }) => picture },
    {
      name: "labels",
      isNumber: false,
      of: ({ predictions }) =>
        predictions.length === 0 ? undefined : writeLabelList(presentLabels(predictions)),
    },
    ...names.map((name): Column => ({ name: `confidence_${name}`, isNumber: true, of: of(name) })),
    ...ENDING,
  ];
}

/** `picture`, `label`, `confidence`, `label_2`, `confidence_2`, ..., `unsure`, `error`. */
function columnsOf(topK: number): Column[] {
  const ranks = Array.from({ length: topK }, (_, rank): Column[] => {
    const suffix = rank === 0 ? "" : `_${rank + 1}`;
    return [
      { name: `label${suffix}`, isNumber: false, of: ({ predictions }) => predictions[rank]?.label },
      { name: `confidence${suffix}`, isNumber: true, of: ({ predictions }) => predictions[rank]?.confidence },
    ];
  });
  return [{ name: "picture", isNumber: false, of: ({ picture }) => picture }, ...ranks.flat(), ...ENDING];
}

/** What every file has at the end. */
const ENDING: readonly Column[] = [
  { name: "unsure", isNumber: false, of: ({ predictions }) => predictions[0]?.unsure },
  { name: "error", isNumber: false, of: ({ error }) => error },
];
