// The pictures in a request's body: the body itself, the files of a form, or the instances of a JSON document.
import { ClassifierTrainingError, shorten } from "../../core/index.ts";
import type { Image } from "../../image/index.ts";
import { formOf } from "./form-parts.ts";
import type { PreparationRequest } from "./protocol.ts";

/** A picture, and what errors call it. */
export interface NamedPicture {
  readonly name: string;
  readonly picture: Uint8Array | Image;
}

type Body = Pick<PreparationRequest, "body" | "contentType" | "maxPictures" | "maxPixels">;

const FORM = "multipart/form-data";
const JSON_TYPE = "application/json";

/** What bodies may be, for people. */
export const BODY_HINT: string =
  "send a picture's bytes as image/* or application/octet-stream, files as multipart/form-data, or JSON";

/** Whether bodies of a media type are read. */
export function isReadable(contentType: string): boolean {
  const type = mediaType(contentType);
  return (
    ["", FORM, JSON_TYPE, "application/octet-stream"].includes(type) ||
    (type.startsWith("image/") && type !== "image/svg+xml")
  );
}

/**
 * @returns at least one picture
 * @throws ClassifierTrainingError kind "usage": `REQUEST_INVALID`, `TOO_MANY_PICTURES`, `PICTURE_TOO_LARGE`
 */
export async function picturesOf(request: Body): Promise<NamedPicture[]> {
  const type = mediaType(request.contentType);
  if (type === FORM) return fromForm(request);
  if (type === JSON_TYPE) return fromJson(request);
  return [{ name: "the picture", picture: request.body }];
}

function mediaType(contentType: string): string {
  return contentType.split(";", 1)[0]!.trim().toLowerCase();
}

async function fromForm({ body, contentType, maxPictures }: Body): Promise<NamedPicture[]> {
  const encoded = formOf(body, contentType);
  // Before memory is taken for each.
  if (encoded !== undefined && encoded.parts > maxPictures) checkCount(encoded.parts, maxPictures);
  let form: FormData;
  try {
    const headers = { "content-type": `${FORM}; boundary="${encoded?.boundary}"` };
    form = await new Response(encoded?.body, { headers }).formData();
  } catch {
    throw invalid("the form cannot be read", "send it as multipart/form-data with its boundary, complete");
  }
  const entries = [...form];
  checkCount(entries.length, maxPictures);
  return Promise.all(
    entries.map(async ([field, file], index) => {
      if (typeof file === "string") {
        throw invalid(`field "${shorten(field, 40)}" of the form is not a file`, "send files alone");
      }
      const name = `picture ${index} ("${shorten(file.name, 60)}")`;
      return { name, picture: new Uint8Array(await file.arrayBuffer()) };
    }),
  );
}

const SHAPE_HINT = 'send {"instances": [{"b64": "..."}]}, or pixels as [height][width][3]';

function fromJson({ body, maxPictures, maxPixels }: Body): NamedPicture[] {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw invalid(`the body is not JSON: ${shorten((error as Error).message, 120)}`, SHAPE_HINT);
  }
  const { instances, ...others } = (content ?? {}) as { readonly instances?: unknown };
  if (!Array.isArray(instances)) throw invalid('the document has no list "instances"', SHAPE_HINT);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`the key "${shorten(unknown, 40)}" is not known`, SHAPE_HINT);
  checkCount(instances.length, maxPictures);
  return instances.map((instance: unknown, index) => {
    const name = `instances[${index}]`;
    if (Array.isArray(instance)) return { name, picture: fromPixels(instance, name, maxPixels) };
    const { b64 } = (instance ?? {}) as { readonly b64?: unknown };
    if (typeof b64 !== "string" || Object.keys(instance as object).length > 1)
      throw invalid(`${name} is neither {"b64": "..."} nor a list of rows`, SHAPE_HINT);
    return { name, picture: fromBase64(b64, name) };
  });
}

/** Base64 in either alphabet, or a data URL of it. */
function fromBase64(text: string, name: string): Uint8Array {
  const encoded = text.replace(/^data:[\w.+/-]{0,100};base64,/, "");
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded)) throw invalid(`${name}.b64 is not base64`, SHAPE_HINT);
  return new Uint8Array(Buffer.from(encoded, "base64"));
}

/** Rows of pixels of red, green and blue, from 0 to 255. */
function fromPixels(rows: readonly unknown[], name: string, maxPixels: number): Image {
  const height = rows.length;
  const width = Array.isArray(rows[0]) ? rows[0].length : 0;
  if (width === 0) throw invalid(`${name} has no pixels`, SHAPE_HINT);
  if (width * height > maxPixels) {
    throw new ClassifierTrainingError("usage", "PICTURE_TOO_LARGE", `more than ${maxPixels} pixels`, {
      where: name,
    });
  }
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (const [y, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== width)
      throw invalid(`${name}[${y}] is not a row of ${width} pixels`, SHAPE_HINT);
    for (const [x, pixel] of (row as readonly unknown[]).entries()) {
      if (!isColour(pixel)) {
        const place = `${name}[${y}][${x}]`;
        throw invalid(`${place} is not [red, green, blue] of whole numbers from 0 to 255`, SHAPE_HINT);
      }
      for (const value of pixel) data[at++] = value;
    }
  }
  return { width, height, data };
}

function isColour(pixel: unknown): pixel is readonly number[] {
  return Array.isArray(pixel) && pixel.length === 3 && pixel.every(isByte);
}

function isByte(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

function checkCount(count: number, most: number): void {
  if (count === 0) throw invalid("the request has no picture", BODY_HINT);
  if (count <= most) return;
  throw new ClassifierTrainingError("usage", "TOO_MANY_PICTURES", `${count} pictures in one request`, {
    hint: `send at most ${most} at a time`,
  });
}

function invalid(message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "REQUEST_INVALID", message, { hint });
}
