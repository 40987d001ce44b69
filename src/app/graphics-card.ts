// Whether there may be a graphics card, told without its drivers: those write to stderr as they are loaded.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folders of Linux with a device file for each card, and what those are called; a software adapter has none. */
const DEVICES: readonly { readonly folder: string; readonly names: RegExp }[] = [
  { folder: "dri", names: /^renderD/ },
  { folder: ".", names: /^(nvidia\d|dxg$|kgsl|mali\d)/ },
];

/** @param devices the folder of device files; on systems without one the answer is `true` */
export async function mayHaveGraphicsCard(
  devices = "/dev",
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (platform !== "linux") return true;
  for (const { folder, names } of DEVICES) {
    const files = await readdir(join(devices, folder)).catch(() => []);
    if (files.some((file) => names.test(file))) return true;
  }
  return false;
}
