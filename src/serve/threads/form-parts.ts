// The parts of a form before they are read: counted, and with a boundary that the reader of forms takes.

/** Boundaries that are shorter are refused by the reader that Node.js brings along, though the standard has them. */
const SHORTEST = 27;

/** A form whose parts can be counted. */
export interface Form {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly boundary: string;
  readonly parts: number;
}

/** The form in a body; undefined where its type has no boundary. */
export function formOf(body: Uint8Array, contentType: string): Form | undefined {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return undefined;
  const bytes = Buffer.from(body.buffer as ArrayBuffer, body.byteOffset, body.length);
  const ends = endsOfDelimiters(bytes, `--${boundary}`);
  const parts = Math.max(0, ends.length - 1);
  if (boundary.length >= SHORTEST) return { body: bytes, boundary, parts };
  const filling = "-".repeat(SHORTEST - boundary.length);
  const pieces = ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
  const filled = [
    ...pieces.flatMap((piece) => [piece, Buffer.from(filling)]),
    bytes.subarray(ends.at(-1) ?? 0),
  ];
  return { body: Buffer.concat(filled), boundary: boundary + filling, parts };
}

/** Where the delimiters, each at the begin of a line, are over. */
function endsOfDelimiters(bytes: Buffer, delimiter: string): number[] {
  const ends: number[] = [];
  if (bytes.indexOf(delimiter) === 0) ends.push(delimiter.length);
  const line = `\r\n${delimiter}`;
  for (let at = bytes.indexOf(line); at >= 0; at = bytes.indexOf(line, at + line.length))
    ends.push(at + line.length);
  return ends;
}
