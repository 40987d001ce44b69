// TensorBoard's messages as bytes: the few of event.proto and summary.proto that a logger writes.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "./crc32c.ts";
import type { Histogram } from "./histogram.ts";

/** Fields of a message, each written by its field number. */
type Write = (writer: BinaryWriter) => void;

/** One value of a summary, still without its tag. */
export interface SummaryValue {
  readonly tag: string;
  readonly write: Write;
}

const DT_STRING = 7;
const SESSION_START = 1;

function message(write: Write): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

function field(writer: BinaryWriter, number: number, write: Write): void {
  writer.tag(number, WireType.LengthDelimited).bytes(message(write));
}

function text(writer: BinaryWriter, number: number, content: string | Uint8Array): void {
  writer.tag(number, WireType.LengthDelimited);
  if (typeof content === "string") writer.string(content);
  else writer.bytes(content);
}

/** `Event.file_version`: what every event file begins with. */
export function fileVersion(): Write {
  return (event) => text(event, 3, "brain.Event:2");
}

/** `Event.session_log` START: readers forget what older files say of this step and later ones. */
export function sessionStart(): Write {
  return (event) => field(event, 7, (log) => log.tag(1, WireType.Varint).int32(SESSION_START));
}

/** `Event.summary` with these values. */
export function summary(values: readonly SummaryValue[]): Write {
  return (event) =>
    field(event, 5, (summary) => {
      for (const { tag, write } of values) {
        field(summary, 1, (value) => {
          text(value, 1, tag);
          write(value);
        });
      }
    });
}

/** A number as float32, in the `simple_value` that every version of TensorBoard reads. */
export function scalarValue(tag: string, value: number): SummaryValue {
  return { tag, write: (writer) => writer.tag(2, WireType.Bit32).float(Math.fround(value)) };
}

/** A picture from its PNG file (RGB or RGBA, 8 bit). */
export function imageValue(tag: string, png: Uint8Array): SummaryValue {
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const channels = { 0: 1, 2: 3, 6: 4 }[header.getUint8(25)] ?? 3;
  return {
    tag,
    write: (writer) =>
      field(writer, 4, (image) => {
        image.tag(1, WireType.Varint).int32(header.getUint32(20));
        image.tag(2, WireType.Varint).int32(header.getUint32(16));
        image.tag(3, WireType.Varint).int32(channels);
        text(image, 4, png);
      }),
  };
}

/** A histogram as `HistogramProto`. */
export function histogramValue(tag: string, histogram: Histogram): SummaryValue {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
  return {
    tag,
    write: (writer) =>
      field(writer, 5, (proto) => {
        [min, max, count, sum, sumOfSquares].forEach((value, i) => {
          proto.tag(i + 1, WireType.Bit64).double(value);
        });
        for (const [number, values] of [
          [6, limits],
          [7, counts],
        ] as const) {
          field(proto, number, (packed) => {
            for (const value of values) packed.double(value);
          });
        }
      }),
  };
}

/** Markdown for the text dashboard. */
export function textValue(tag: string, markdown: string): SummaryValue {
  return {
    tag: `${tag}/text_summary`,
    write: (writer) => {
      field(writer, 8, (tensor) => {
        tensor.tag(1, WireType.Varint).int32(DT_STRING);
        field(tensor, 2, (shape) =>
          field(shape, 2, (dimension) => dimension.tag(1, WireType.Varint).int64(1)),
        );
        text(tensor, 8, markdown);
      });
      pluginMetadata(writer, "text", () => {});
    },
  };
}

/** What the HParams dashboard can show of a setting. */
export type HyperParameter = string | number | boolean;

/** The start of a session with its hyper-parameters, for the HParams dashboard. */
export function hparamsStartValue(
  hparams: Readonly<Record<string, HyperParameter>>,
  seconds: number,
): SummaryValue {
  return hparamsValue("session_start_info", 3, (info) => {
    for (const [name, value] of Object.entries(hparams)) {
      field(info, 1, (entry) => {
        text(entry, 1, name);
        field(entry, 2, (wrapped) => {
          if (typeof value === "number") wrapped.tag(2, WireType.Bit64).double(value);
          else if (typeof value === "string") text(wrapped, 3, value);
          else wrapped.tag(4, WireType.Varint).bool(value);
        });
      });
    }
    info.tag(5, WireType.Bit64).double(seconds);
  });
}

/** The end of a session. */
export function hparamsEndValue(succeeded: boolean, seconds: number): SummaryValue {
  return hparamsValue("session_end_info", 4, (info) => {
    info.tag(1, WireType.Varint).int32(succeeded ? 1 : 2);
    info.tag(2, WireType.Bit64).double(seconds);
  });
}

function hparamsValue(name: string, number: number, write: Write): SummaryValue {
  return {
    tag: `_hparams_/${name}`,
    write: (writer) => pluginMetadata(writer, "hparams", (data) => field(data, number, write)),
  };
}

function pluginMetadata(value: BinaryWriter, plugin: string, content: Write): void {
  field(value, 9, (metadata) =>
    field(metadata, 1, (data) => {
      text(data, 1, plugin);
      text(data, 2, message(content));
    }),
  );
}

/** An event as a record of the file: length, its checksum, the message, its checksum. */
export function eventRecord(seconds: number, step: number, write: Write): Uint8Array {
  const event = message((writer) => {
    writer.tag(1, WireType.Bit64).double(seconds);
    writer.tag(2, WireType.Varint).int64(step);
    write(writer);
  });
  const record = Buffer.alloc(event.length + 16);
  record.writeBigUInt64LE(BigInt(event.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(event, 12);
  record.writeUInt32LE(maskedCrc32c(event), event.length + 12);
  return record;
}
