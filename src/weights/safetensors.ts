// The safetensors format, read strictly and lazily, and written deterministically.
// https://github.com/huggingface/safetensors#format
import {
  bytesPerElement,
  ClassifierTrainingError,
  type DType,
  type HostTensor,
  hostTensor,
  type Shape,
  sizeOf,
  viewBuffer,
} from "../core/index.ts";
import { type ByteSource, bufferSource, fileSource } from "./byte-source.ts";
import { parseSafetensorsHeader, SAFETENSORS_DTYPES, type SafetensorsEntry } from "./safetensors-header.ts";
import { unknownTensor, type WeightsFile } from "./weights-file.ts";

/** Longest header that is read or written, in bytes: the limit of the reference implementation. */
const LARGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

/**
 * Opens a safetensors file; only its header is read.
 * @throws ClassifierTrainingError `SAFETENSORS_INVALID` where the file breaks the format in any way,
 *   `WEIGHTS_UNREADABLE` where it cannot be read.
 */
export function openSafetensors(path: string): WeightsFile {
  const source = fileSource(path);
  try {
    return readSafetensors(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The same for a file that is already in memory; `name` stands for it in messages. */
export function parseSafetensors(bytes: Uint8Array, name = "safetensors"): WeightsFile {
  return readSafetensors(bufferSource(bytes, name));
}

/** The same for any source of bytes, which the result takes over: closing the file closes the source. */
export function readSafetensors(source: ByteSource): WeightsFile {
  const invalid = (message: string): ClassifierTrainingError =>
    new ClassifierTrainingError("data", "SAFETENSORS_INVALID", message, { where: source.name });
  if (source.size < LENGTH_BYTES) {
    throw invalid(`${source.size} bytes are too few for a safetensors file`);
  }
  const prefix = source.read(0, LENGTH_BYTES);
  const headerLength = new DataView(prefix.buffer).getBigUint64(0, true);
  if (headerLength > BigInt(LARGEST_HEADER)) {
    throw invalid(`a header of ${headerLength} bytes is beyond the limit of ${LARGEST_HEADER}`);
  }
  const dataStart = LENGTH_BYTES + Number(headerLength);
  if (dataStart > source.size) {
    throw invalid(`a header of ${headerLength} bytes does not fit in a file of ${source.size} bytes`);
  }
  const { metadata, tensors } = parseSafetensorsHeader(
    source.read(LENGTH_BYTES, dataStart - LENGTH_BYTES),
    invalid,
  );
  checkLayout(tensors, source.size - dataStart, invalid);
  return {
    name: source.name,
    format: "safetensors",
    metadata,
    tensors,
    read(name) {
      const entry = tensors.get(name);
      if (entry === undefined) throw unknownTensor(this, name);
      const bytes = source.read(dataStart + entry.begin, entry.end - entry.begin);
      const data = viewBuffer(entry.dtype, bytes.buffer, 0, sizeOf(entry.shape));
      return hostTensor(entry.dtype, entry.shape, data);
    },
    close: () => source.close(),
    [Symbol.dispose]: () => source.close(),
  };
}

/** Every byte after the header belongs to exactly one tensor, and as many as dtype and shape need. */
function checkLayout(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  dataLength: number,
  invalid: (message: string) => ClassifierTrainingError,
): void {
  const byOffset = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const [name, { dtype, shape, begin, end }] of byOffset) {
    if (begin !== position || end < begin) {
      throw invalid(`"${name}" lies at [${begin}, ${end}), but byte ${position} comes next`);
    }
    const length = byteLengthOf(dtype, shape);
    if (length !== end - begin) {
      throw invalid(
        `"${name}" has ${end - begin} bytes, not the ${length} of ${dtype} [${shape.join(", ")}]`,
      );
    }
    position = end;
  }
  if (position !== dataLength) {
    throw invalid(`the tensors take ${position} bytes, but ${dataLength} follow the header`);
  }
}

/** Exact where it matters: beyond 2^53 it is too large for any file anyway. */
function byteLengthOf(dtype: DType, shape: Shape): number {
  return sizeOf(shape) * bytesPerElement(dtype);
}

/** Name, element type and shape of a tensor that is going to be written. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A file to be written, but for its tensors' bytes. */
export interface SafetensorsLayout {
  /** Everything before the first tensor's bytes. */
  readonly header: Uint8Array;
  /** The names in the order in which their bytes must follow the header. */
  readonly order: readonly string[];
  /** Bytes of the whole file. */
  readonly byteLength: number;
}

/**
 * Lays a file out before any tensor's bytes exist, so that they can be produced one after the other.
 *
 * The header lists the tensors in the order given. Their bytes follow by falling element size (equal
 * sizes in the order given), and the header is padded with spaces to a multiple of 8 bytes, so that every
 * tensor is aligned to its element size, which readers that map the file need.
 * The same specs and metadata always give the same bytes.
 *
 * @throws ClassifierTrainingError `SAFETENSORS_NAME` for a duplicate, reserved or malformed name or text,
 *   `SAFETENSORS_HEADER_SIZE` where the header would be beyond the format's limit.
 */
export function layoutSafetensors(
  specs: Iterable<TensorSpec>,
  metadata: ReadonlyMap<string, string> = new Map(),
): SafetensorsLayout {
  const given = [...specs];
  const order = given.toSorted((a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const offsets = new Map<string, number>();
  let position = 0;
  for (const { name, dtype, shape } of order) {
    if (offsets.has(name) || name === "__metadata__") {
      throw unwritable("SAFETENSORS_NAME", `"${name}" ${offsets.has(name) ? "occurs twice" : "is reserved"}`);
    }
    offsets.set(name, position);
    position += byteLengthOf(dtype, shape);
  }
  const fields = given.map(({ name, dtype, shape }) => {
    const begin = offsets.get(name)!;
    const end = begin + byteLengthOf(dtype, shape);
    return `${quote(name)}:{"dtype":"${SAFETENSORS_DTYPES[dtype]}","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
  });
  if (metadata.size > 0) {
    const texts = [...metadata].map(([key, text]) => `${quote(key)}:${quote(text)}`);
    fields.unshift(`"__metadata__":{${texts}}`);
  }
  const json = new TextEncoder().encode(`{${fields}}`);
  const jsonLength = Math.ceil(json.length / 8) * 8;
  if (jsonLength > LARGEST_HEADER) {
    throw unwritable(
      "SAFETENSORS_HEADER_SIZE",
      `a header of ${jsonLength} bytes is beyond ${LARGEST_HEADER}`,
    );
  }
  const header = new Uint8Array(LENGTH_BYTES + jsonLength).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(jsonLength), true);
  header.set(json, LENGTH_BYTES);
  return { header, order: order.map(({ name }) => name), byteLength: header.length + position };
}

/** A file that is ready to be written: its size and its bytes in order. */
export interface EncodedFile {
  readonly byteLength: number;
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * Encodes tensors in the host's memory as a safetensors file. The chunks are views of the tensors' own
 * memory, so nothing is copied and the tensors must not change before the chunks have been written.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata?: ReadonlyMap<string, string>,
): EncodedFile {
  const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { header, order, byteLength } = layoutSafetensors(specs, metadata);
  const body = order.map((name) => {
    const { data } = tensors.get(name)!;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  return { byteLength, chunks: [header, ...body] };
}

/** `text` as JSON; a lone surrogate has no UTF-8 form and would come back as another text. */
function quote(text: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    throw unwritable("SAFETENSORS_NAME", `${JSON.stringify(text)} has a lone surrogate and no UTF-8 form`);
  }
  return JSON.stringify(text);
}

function unwritable(code: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", code, `cannot write safetensors: ${message}`);
}
