// The local web application: data, labels, training and models in the browser.
export type { StudioOptions } from "./options.ts";
export { Studio } from "./studio.ts";
