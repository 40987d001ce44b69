// Builds small tar and zip archives for tests.
import { crc32, deflateRawSync } from "node:zlib";

export interface Member {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A ustar archive; names over 100 bytes as GNU long names, or as pax records. */
export function tarOf(members: readonly Member[], longNames: "gnu" | "pax" = "gnu"): Buffer {
  const blocks: Buffer[] = [];
  const add = (name: string, type: string, bytes: Uint8Array): void => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100));
    header.write("0000644\0", 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        ", 148);
    header.write(type, 156);
    header.write("ustar\0", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  };
  for (const { path, bytes } of members) {
    if (path.length > 100 && longNames === "gnu") add("././@LongLink", "L", Buffer.from(`${path}\0`));
    if (path.length > 100 && longNames === "pax") {
      const rest = ` path=${path}\n`;
      const length = String(rest.length + 3).length + rest.length;
      add("PaxHeader", "x", Buffer.from(`${length}${rest}`));
    }
    add(path, "0", bytes);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A zip archive, every second member deflated. */
export function zipOf(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  members.forEach(({ path, bytes }, index) => {
    const deflated = index % 2 === 1;
    const packed = deflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(deflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    parts.push(Buffer.from("PK\x03\x04"), common, name, packed);
    directory.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, entry, name);
    offset += 30 + name.length + packed.length;
  });
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from("PK\x05\x06"), end]);
}
