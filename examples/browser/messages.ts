// What the page and its worker say to each other.
import type { PageFile, PageRuntimeName, Prediction } from "classifier-training/browser";

/** What a person sets. */
export interface Settings {
  readonly architecture: "mobilenet_v3_small" | "resnet18" | "efficientnet_b0" | "resnet50";
  readonly imageSize: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  readonly runtime: PageRuntimeName | "auto";
}

/** From the page. */
export type Request =
  | { readonly kind: "open"; readonly files: readonly PageFile[] }
  | { readonly kind: "train"; readonly settings: Settings; readonly resume: boolean }
  | { readonly kind: "stop" }
  | { readonly kind: "classify"; readonly picture: Blob };

/** From the worker. */
export type Reply =
  | {
      readonly kind: "opened";
      readonly classes: readonly (readonly [string, number])[];
      readonly resumable: boolean;
    }
  | { readonly kind: "started"; readonly notice: string }
  | { readonly kind: "step"; readonly done: number; readonly loss: number; readonly rate: number }
  | {
      readonly kind: "epoch";
      readonly epoch: number;
      readonly trainLoss: number;
      readonly valLoss: number | undefined;
      readonly accuracy: number | undefined;
    }
  | {
      readonly kind: "trained";
      readonly status: string;
      readonly model: Uint8Array;
      readonly labels: string;
      readonly report: string;
    }
  | { readonly kind: "classified"; readonly predictions: readonly Prediction[] }
  | { readonly kind: "failed"; readonly message: string; readonly resumable: boolean };
