// The collective of a process that trains alone.
import type { Collective } from "../runtime/collective.ts";

/** Has nobody to talk to: every operation is done at once and changes nothing. */
export const localCollective: Collective = {
  rank: 0,
  size: 1,
  async allReduce() {},
  async broadcast() {},
  async barrier() {},
  abort(exitCode) {
    process.exit(exitCode);
  },
  async close() {},
};
