// Reads the files of the MNIST family (IDX) and of CIFAR (binary version) into memory.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ClassifierTrainingError } from "../../core/index.ts";
import { ArrayDataset } from "./array-dataset.ts";

const unzip = promisify(gunzip);
/** No file of these data sets is larger unpacked. */
const MAX_BYTES = 1 << 30;

/** An array of unsigned bytes with its shape. */
export interface IDXArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Parses an IDX file of unsigned bytes: 0, 0, 8, rank, then the dimensions as 32-bit big-endian integers.
 * @throws ClassifierTrainingError kind "data", `BINARY_FILE`
 */
export function parseIDX(bytes: Uint8Array, where: string): IDXArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[3] ?? 0;
  if (
    bytes.length < 8 ||
    view.getUint16(0) !== 0 ||
    bytes[2] !== 8 ||
    rank < 1 ||
    bytes.length < 4 + 4 * rank
  ) {
    throw broken(where, "not an IDX file of unsigned bytes");
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== size) throw broken(where, `${data.length} bytes where the header says ${size}`);
  return { shape, data };
}

/** A data set of an IDX file of pictures [N, height, width] and one of labels [N], plain or gzipped. */
export async function openIDX(
  imageFile: string,
  labelFile: string,
  classes: readonly string[],
): Promise<ArrayDataset> {
  const images = parseIDX(await readShared(imageFile), imageFile);
  const labels = parseIDX(await readShared(labelFile), labelFile);
  if (images.shape.length !== 3 || labels.shape.length !== 1 || images.shape[0] !== labels.shape[0]) {
    throw broken(
      imageFile,
      `its shape ${images.shape.join("x")} does not fit the labels' ${labels.shape.join("x")}`,
    );
  }
  assertLabels(labels.data, classes.length, labelFile);
  const [, height, width] = images.shape as [number, number, number];
  return new ArrayDataset({
    classes,
    labels: labels.data,
    width,
    height,
    layout: "grey",
    pixels: images.data,
  });
}

const CIFAR_SIDE = 32;
const CIFAR_PIXELS = 3 * CIFAR_SIDE * CIFAR_SIDE;

/**
 * A data set of CIFAR's binary files, one after the other: records of `labelBytes` labels, of which the last counts,
 * and the planes of a 32x32 picture.
 */
export async function openCIFAR(
  files: readonly string[],
  labelBytes: number,
  classes: readonly string[],
): Promise<ArrayDataset> {
  const stride = labelBytes + CIFAR_PIXELS;
  const parts: Uint8Array[] = [];
  for (const file of files) {
    const bytes = await readBytes(file);
    if (bytes.length === 0 || bytes.length % stride !== 0)
      throw broken(file, `not records of ${stride} bytes`);
    const count = bytes.length / stride;
    assertLabels(
      Uint8Array.from({ length: count }, (_, index) => bytes[index * stride + labelBytes - 1]!),
      classes.length,
      file,
    );
    parts.push(bytes);
  }
  const pixels = share(parts);
  const count = pixels.length / stride;
  const labels = Int32Array.from({ length: count }, (_, index) => pixels[index * stride + labelBytes - 1]!);
  return new ArrayDataset({
    classes,
    labels,
    width: CIFAR_SIDE,
    height: CIFAR_SIDE,
    layout: "planar",
    pixels,
    offset: labelBytes,
    stride,
  });
}

/** @throws ClassifierTrainingError kind "data", `BINARY_FILE` where a label stands for no class */
function assertLabels(labels: Uint8Array, classes: number, file: string): void {
  const index = labels.findIndex((label) => label >= classes);
  if (index < 0) return;
  throw broken(file, `picture ${index} has the label ${labels[index]} where there are ${classes} classes`);
}

async function readShared(file: string): Promise<Uint8Array> {
  return share([await readBytes(file)]);
}

/** The bytes one after the other in shared memory. */
function share(parts: readonly Uint8Array[]): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    shared.set(part, at);
    at += part.length;
  }
  return shared;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    return bytes[0] === 0x1f && bytes[1] === 0x8b
      ? await unzip(bytes, { maxOutputLength: MAX_BYTES })
      : bytes;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? "no such file" : `cannot be read: ${(error as Error).message}`;
    throw new ClassifierTrainingError("data", "BINARY_FILE", message, { where: file, cause: error });
  }
}

function broken(where: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "BINARY_FILE", message, { where });
}
