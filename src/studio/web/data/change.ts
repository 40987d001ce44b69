// How the parts of the Data page ask for changes.
import type { ChangeRequest } from "../../changes/api.ts";

/** Asks for a change; what comes of it is said above the page. */
export type Change = (request: ChangeRequest) => void;
