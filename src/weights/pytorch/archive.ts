// What both of PyTorch's file formats give: the unpickled value, and the bytes of its storages.
import type { PickleValue, TorchStorage } from "./pickle-values.ts";

/** A file of `torch.save`, unpickled but with its tensors' bytes still where they were. */
export interface TorchArchive {
  readonly format: "pytorch-zip" | "pytorch-legacy";
  /** What was given to `torch.save`, with tensors that have no bytes yet. */
  readonly value: PickleValue;
  /** The bytes of a storage in this machine's order, in memory of their own. */
  readStorage(storage: TorchStorage): Uint8Array<ArrayBuffer>;
}
