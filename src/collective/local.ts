// The collective of a process that trains alone.
import { ALONE } from "../runtime/alone.ts";
import type { Collective } from "../runtime/collective.ts";

/** Ends itself where it is to end all. */
export const localCollective: Collective = {
  ...ALONE,
  abort(exitCode) {
    process.exit(exitCode);
  },
};
