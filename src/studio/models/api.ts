// What the studio's pages are told of models, and of what models make of pictures.
import type { TaskName } from "../../core/index.ts";
import type { Prediction } from "../../inference/rank.ts";

/** A model that can be tried. */
export interface ModelEntry {
  /** By which pages name it. */
  readonly id: string;
  readonly name: string;
  /** A run's export, or a file that was given to the studio. */
  readonly kind: "run" | "file";
  /** How the run was judged on its validation or test: a metric and its value. */
  readonly score?: { readonly metric: string; readonly value: number };
  /** What a person should know of a file. */
  readonly remark?: string;
}

/** The models that there are, those of runs in the order of paths. */
export interface ModelList {
  readonly models: readonly ModelEntry[];
}

/** A loaded model. */
export interface ModelFacts {
  readonly task: TaskName;
  readonly classes: readonly string[];
  /** Of several labels, the probability above which each is present; null: 0.5. */
  readonly thresholds: readonly number[] | null;
  readonly architecture: string;
  /** [height, width] that the network takes. */
  readonly imageSize: readonly [number, number];
  readonly calibrated: boolean;
  /** How heat maps are made; null: the model prepares its pictures by itself, so none can be. */
  readonly heat: "gradcam" | "occlusion" | null;
  /** Whether the network's features tell which pictures are near. */
  readonly features: boolean;
}

/** What the page is told of a model when it is chosen. */
export interface OpenedModel extends ModelEntry, ModelFacts {}

/** What a model says of a picture. */
export interface Classified {
  /** Most likely first: those that were asked for, and of several labels all. */
  readonly predictions: readonly Prediction[];
}

/** Why a model says so. */
export interface HeatAnswer {
  readonly width: number;
  readonly height: number;
  /** The picture as the network sees it: a JPEG as an address. */
  readonly picture: string;
  /** The heat's colours, red, green, blue and opacity of each pixel, in base64. */
  readonly heat: string;
  readonly explained: Prediction;
  /** How it was made, and what is coloured, for people. */
  readonly how: string;
  readonly quantity: string;
}

/** How far the features of the open pictures are. */
export interface NeighborState {
  readonly state: "none" | "working" | "ready" | "failed";
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly message?: string;
}

/** A neighbor as the gallery knows it. */
export interface NearPicture extends Neighbor {
  /** Its number in the gallery; null: it is no longer in the data set. */
  readonly picture: number | null;
}

/** A picture of the open data set that is like the one that was asked about. */
export interface Neighbor {
  readonly name: string;
  /** Its class, or its labels. */
  readonly label: string;
  /** Cosine of the angle between the features, at most 1. */
  readonly similarity: number;
}
