// Which samples of a batch each of several processes takes.

/** One of the processes that share every batch. */
export interface Share {
  /** Which of them, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
}

/** A process that shares nothing. */
export const ONLY_PROCESS: Share = { rank: 0, size: 1 };

/** Fewest samples of a share that is not empty, where a batch has as many: batch norm needs several. */
const FEWEST = 2;

/**
 * The part of a batch of `samples` that a process takes: from where to before where. Parts follow each other in the order of
 * the processes and are even to one sample; of a batch that is too short for two samples each, the last get nothing.
 */
export function shareOf(samples: number, { rank, size }: Share): readonly [from: number, to: number] {
  const sharing = Math.max(1, Math.min(size, Math.floor(samples / FEWEST)));
  const begin = (process: number): number => Math.floor((Math.min(process, sharing) * samples) / sharing);
  return [begin(rank), begin(rank + 1)];
}
