// Files of embeddings: NumPy's .npy, Apache Parquet, JSON lines.
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { ClassifierTrainingError, npyHeader, writeCsv } from "../../core/index.ts";
import { writeDurably } from "../../platform/index.ts";

/** Vectors of one length, and the picture of each. */
export interface Embeddings {
  readonly pictures: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/** What a file of embeddings can end with. */
export const EMBEDDING_EXTENSIONS: readonly string[] = [".npy", ".parquet", ".jsonl"];

const text = new TextEncoder();

/**
 * Writes embeddings in the format that the path ends with. A `.npy` file has no room for names: they stand row by row in
 * a `.csv` file beside it.
 * @returns the files
 * @throws ClassifierTrainingError kind "usage" `EMBEDDING_FORMAT`, kind "storage" `WRITE_FAILED`
 */
export async function writeEmbeddings(path: string, embeddings: Embeddings): Promise<string[]> {
  switch (embeddingExtension(path)) {
    case ".npy": {
      const names = `${path.slice(0, -".npy".length)}.csv`;
      const rows = embeddings.pictures.map((picture, row) => [String(row), picture]);
      await writeDurably(names, [text.encode(writeCsv([["row", "picture"], ...rows]))]);
      await writeDurably(path, npy(embeddings));
      return [path, names];
    }
    case ".parquet":
      await writeDurably(path, [parquet(embeddings)]);
      return [path];
    default:
      await writeDurably(path, jsonLines(embeddings));
      return [path];
  }
}

/** The ending of a path of embeddings. @throws ClassifierTrainingError kind "usage" `EMBEDDING_FORMAT` */
export function embeddingExtension(path: string): string {
  const extension = EMBEDDING_EXTENSIONS.find((ending) => path.toLowerCase().endsWith(ending));
  if (extension !== undefined) return extension;
  throw new ClassifierTrainingError("usage", "EMBEDDING_FORMAT", "the format is not known by this ending", {
    where: path,
    hint: `let it end with ${EMBEDDING_EXTENSIONS.join(", ")}`,
  });
}

/** float32 [count, length] */
function* npy({ vectors }: Embeddings): Generator<Uint8Array> {
  yield npyHeader([vectors.length, vectors[0]?.length ?? 0]);
  for (const { buffer, byteOffset, byteLength } of vectors)
    yield new Uint8Array(buffer, byteOffset, byteLength);
}

function* jsonLines({ pictures, vectors }: Embeddings): Generator<Uint8Array> {
  for (const [row, picture] of pictures.entries()) {
    // The shortest decimals that are the same float32.
    const features = Array.from(vectors[row]!, (value) => Number(value.toPrecision(9)));
    yield text.encode(`${JSON.stringify({ picture, features })}\n`);
  }
}

/** Columns `picture` (string) and `features` (list of float). */
function parquet({ pictures, vectors }: Embeddings): Uint8Array {
  const columns: ColumnSource[] = [
    { name: "picture", data: [...pictures] },
    { name: "features", data: vectors.map((vector) => Array.from(vector)) },
  ];
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns,
      schema: [
        { name: "root", num_children: 2 },
        { name: "picture", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "features", converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
      ],
    }),
  );
}
