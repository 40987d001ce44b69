// The collective of a process that is told of no other.
import type { Collective } from "./collective.ts";

/** Has nobody to talk to: every operation is done at once and changes nothing. */
export const ALONE: Collective = {
  rank: 0,
  size: 1,
  waited: 0,
  async allReduce() {},
  async allReduceBeside() {},
  async broadcast() {},
  async gather(value) {
    return [value];
  },
  async barrier() {},
  async fail() {},
  abort() {},
  async close() {},
};
