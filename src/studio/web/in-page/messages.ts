// What the page and its worker say to each other.
import type { PageFile, PageRuntimeName } from "classifier-training/browser";
import type { Classified } from "../../models/api.ts";

/** What a person sets. */
export interface Settings {
  readonly architecture: "mobilenet_v3_small" | "shufflenet_v2_x0_5" | "resnet18" | "efficientnet_b0";
  /** Pixels of a side. */
  readonly imageSize: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  readonly runtime: PageRuntimeName | "auto";
}

/** From the page. */
export type Request =
  | { readonly kind: "probe" }
  | { readonly kind: "open"; readonly files: readonly PageFile[] }
  | { readonly kind: "train"; readonly settings: Settings; readonly resume: boolean }
  | { readonly kind: "stop" }
  | { readonly kind: "classify"; readonly picture: Blob };

/** A class, and how many pictures there are to train on. */
export type ClassCount = readonly [name: string, pictures: number];

/** What comes out of a training. */
export interface Made {
  readonly model: Uint8Array<ArrayBuffer>;
  /** `labels_mapping.json` */
  readonly labels: string;
  /** `report.html` */
  readonly report: string;
}

/** From the worker. */
export type Reply =
  /** `notice` says why it is not the graphics card that computes; null where it is. */
  | { readonly kind: "probed"; readonly notice: string | null }
  | { readonly kind: "opened"; readonly classes: readonly ClassCount[]; readonly resumable: boolean }
  | { readonly kind: "started"; readonly notice: string }
  /** `epochs` that are done, with the share of the one that goes on; `rate` in pictures per second. */
  | { readonly kind: "step"; readonly epochs: number; readonly loss: number; readonly rate: number }
  | {
      readonly kind: "epoch";
      readonly epochs: number;
      readonly valLoss: number | null;
      readonly accuracy: number | null;
    }
  | { readonly kind: "trained"; readonly isWhole: boolean; readonly made: Made }
  | { readonly kind: "classified"; readonly predictions: Classified["predictions"] }
  | { readonly kind: "failed"; readonly message: string; readonly resumable: boolean };
