// What the studio asks the process that computes.
import type { ConfigurationRequest } from "../../../app/index.ts";
import type { Prediction } from "../../../inference/index.ts";
import type { HeatAnswer, ModelFacts, Neighbor } from "../api.ts";

/** Where a model lies. */
export interface ModelSource {
  /** Of the `.onnx` file. */
  readonly path: string;
  /** The folder of its run, where that has the weights; undefined: the file is all there is. */
  readonly run: string | undefined;
}

/** A picture that a model is asked about. */
export interface Question {
  readonly model: ModelSource;
  /** Its bytes. */
  readonly picture: Uint8Array;
}

/** Features of the open pictures by a model, kept in a file. */
export interface IndexSource {
  readonly model: ModelSource;
  readonly configuration: ConfigurationRequest;
  /** That keeps them. */
  readonly file: string;
}

/** Requests by name. */
export interface ComputeRequests {
  /** Makes a model that was given ready to be tried; the answer is what is to be said of it. */
  readonly adopt: {
    readonly request: { readonly path: string };
    readonly answer: { readonly remark: string | undefined };
  };
  readonly open: { readonly request: ModelSource; readonly answer: ModelFacts };
  readonly classify: { readonly request: Question; readonly answer: Prediction[] };
  /** `classId` undefined: what the model says first. */
  readonly explain: {
    readonly request: Question & { readonly classId: number | undefined };
    readonly answer: HeatAnswer;
  };
  /** Computes the features of a few pictures more; all of them are when `done` is `total`. */
  readonly advance: {
    readonly request: IndexSource & { readonly isFirst: boolean };
    readonly answer: { readonly done: number; readonly total: number };
  };
  /** Pictures whose features are most like the picture's, the nearest first. */
  readonly nearest: {
    readonly request: Question & { readonly file: string; readonly count: number };
    readonly answer: Neighbor[];
  };
}
