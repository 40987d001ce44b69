// The sample data set of jersey numbers that comes with the toolkit.
export {
  type JerseyNumbersOptions,
  type JerseyNumbersSet,
  type PicturesPerClass,
  renderJerseyNumbers,
} from "./jersey-numbers.ts";
