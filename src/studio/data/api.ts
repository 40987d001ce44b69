// What the studio's server and its pages tell each other about pictures.

/** A part of a data set. */
export type Part = "train" | "val" | "test";

/** What may be wrong with a picture. */
export type ProblemKind = "unreadable" | "contradicting" | "leak" | "duplicate" | "near";

/** Bounds of the shorter side, in pixels, between the sizes that pictures are told apart by; size 0 is below the first. */
export const SIZE_BOUNDS: readonly number[] = [64, 128, 224, 512];

/** Which pictures are asked for; what is left out is not asked about. */
export interface PictureFilter {
  /** Index of a class. */
  readonly label?: number | undefined;
  readonly part?: Part | undefined;
  /** An index from 0 to the number of `SIZE_BOUNDS`. */
  readonly size?: number | undefined;
  readonly problem?: ProblemKind | undefined;
  /** A part of the name, whatever its case. */
  readonly name?: string | undefined;
}

/** A picture in a list. */
export interface ListedPicture {
  readonly id: number;
  /** Its path within the data set. */
  readonly name: string;
  /** Indices of its classes: one, or as many as it has labels. */
  readonly labels: readonly number[];
  readonly part: Part;
  readonly problems: readonly ProblemKind[];
}

/** Some of the pictures that were asked for. */
export interface PictureRange {
  /** How many there are in all. */
  readonly total: number;
  /** Position of the first of `pictures`. */
  readonly from: number;
  readonly pictures: readonly ListedPicture[];
}

/** The data set as a whole. */
export interface DataSummary {
  readonly classes: readonly string[];
  /** Pictures by part and class, in the order of `classes`, as they are now. */
  readonly counts: Readonly<Partial<Record<Part, readonly number[]>>>;
  /** All pictures by part: where they may have several labels, less than the sum of `counts`. */
  readonly pictures: Readonly<Partial<Record<Part, number>>>;
  /** Pictures with each problem. */
  readonly problems: Readonly<Record<ProblemKind, number>>;
  /** Grows with every change. */
  readonly version: number;
  /** Why pictures cannot be moved here; null where they can. */
  readonly fixed: string | null;
  /** How many pictures the sizes are known of; null where nobody has asked for them. */
  readonly measured: number | null;
}

/** All that is known of a picture. */
export interface PictureFacts extends ListedPicture {
  /** Of its file. */
  readonly bytes: number | null;
  /** In pixels, upright; null where it cannot be read. */
  readonly width: number | null;
  readonly height: number | null;
}
