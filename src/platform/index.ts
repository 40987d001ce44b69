// The platform: files, hashes, the machine, the event loop. The only road to Node.js for whatever runs in a browser too, where a
// bundler takes browser.ts in the place of this file. Threads of one's own and the sweeping of half-written files are
// Node.js' alone.
export { inflate, inflateRaw } from "./compression.ts";
export { type DurableWriteOptions, removeFile, writeDurably, writeFailed } from "./durable-file.ts";
export {
  appendTextSync,
  type FileStamp,
  fileStamp,
  joinPath,
  type ListedFile,
  listFiles,
  makeFolderOf,
  type OpenFile,
  openFile,
  openFileSync,
  pathExists,
  readBytes,
  readRange,
  readText,
  readTextSync,
} from "./files.ts";
export type { Filling } from "./fill.ts";
export { fill, fillsInThreads } from "./fill-in-threads.ts";
export { type Sha256, sha256 } from "./hashing.ts";
export { availableMemory, processorCount, type TextOutput, warningOutput } from "./machine.ts";
export { nextTask } from "./tasks.ts";
