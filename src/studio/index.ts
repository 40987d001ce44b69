// The local web application: data, labels, training and models in the browser.
export type { StudioOptions } from "./options.ts";
export { overrideWord } from "./runs/form/override-words.ts";
export { Studio } from "./studio.ts";
