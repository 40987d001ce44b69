// What plans are made for.
import type { Tile } from "../wgsl/gemm.ts";

/** What a device can do and what suits it. */
export interface DeviceTraits {
  /** Storage buffers that a kernel may have beside that of its numbers. */
  readonly bindings: number;
  /** Workgroups along one dimension. */
  readonly workgroups: number;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  /** Bytes of workgroup memory. */
  readonly workgroupMemory: number;
  /** Kernels may hold float16 (`shader-f16`). */
  readonly hasFloat16: boolean;
  /** Computes with the processor: small tiles, few workgroups. */
  readonly isSoftware: boolean;
  /** The tile of all products, where it is not to be chosen for each. */
  readonly tile?: Tile;
}
