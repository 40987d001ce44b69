// The sample data sets that come with the toolkit: jersey numbers, and shirts with several labels a picture.
export { type JerseyNumbersOptions, renderJerseyNumbers } from "./jersey-numbers.ts";
export { SHIRT_LABELS } from "./outfit.ts";
export type { RenderedSet, SplitCounts } from "./sample-set.ts";
export { renderShirts, type ShirtsOptions, type ShirtsSet } from "./shirts.ts";
