// What the server's event loop asks its threads for.
import type { LabelsMapping, Prediction } from "../../inference/index.ts";

/** What a loaded model is. */
export interface ModelDescription {
  readonly labels: LabelsMapping;
  readonly bytes: number;
  readonly sha256: string;
  readonly calibrated: boolean;
}

/** The thread that has a model. */
export interface ClassifierRequests {
  readonly open: {
    readonly request: {
      readonly path: string;
      readonly labelsPath: string | undefined;
      readonly threads: number | undefined;
    };
    readonly answer: ModelDescription;
  };
  /** Tensors [3, H, W] of prepared pictures; predictions for each. */
  readonly classify: {
    readonly request: { readonly tensors: readonly Float32Array[]; readonly topK: number };
    readonly answer: Prediction[][];
  };
  readonly close: { readonly request: undefined; readonly answer: undefined };
}

/** A thread that turns the body of a request into tensors. */
export interface PreparationRequests {
  readonly prepare: {
    readonly request: PreparationRequest;
    /** [3, H, W] of each picture, in order. */
    readonly answer: Float32Array[];
  };
}

/** A request's body, and what its pictures are prepared for. */
export interface PreparationRequest {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly labels: Pick<LabelsMapping, "transforms" | "image_size">;
  readonly maxPixels: number;
  readonly maxPictures: number;
  readonly timeoutSeconds: number;
}
