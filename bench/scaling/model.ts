// How a step grows with hosts: a model of sums that run beside the backward pass, fed with what was measured on one machine.

/** What a network's step does on one host. */
export interface StepMeasures {
  /** Forward and backward pass, and the optimizer, of `batch` pictures and of one picture more, in seconds. */
  readonly batch: number;
  readonly passSeconds: number;
  readonly passSecondsPerPicture: number;
  readonly applySeconds: number;
  /** Bytes of each piece of the gradients in the order of their sums, and when it is there, from 0 to 1 of the pass. */
  readonly pieces: readonly { readonly bytes: number; readonly ready: number }[];
}

/** What sums of two processes take, by TCP on one machine. */
export interface LinkMeasures {
  /** Seconds of a message of no length, one way. */
  readonly latency: number;
  /** Seconds of a processor for each byte that is summed: copies, the kernel's work and the addition. */
  readonly secondsPerByte: number;
}

/** A cluster. */
export interface Cluster {
  readonly hosts: number;
  /** Of each link, in bits a second. */
  readonly bitsPerSecond: number;
  /** How many times as fast as the measured one each host computes. */
  readonly speed: number;
}

/** Small operations of a step that everyone waits for: what all have to say, whether gradients lie alike, the loss, the statistics. */
const SMALL_OPERATIONS = 4;
/** What protocols leave of a link: headers of Ethernet, IP and TCP in frames of 1500 bytes. */
const PAYLOAD = 0.94;

/**
 * Seconds of a step of `batch` pictures a host. Rabenseifner's sum (Thakur, Rabenseifner and Gropp, "Optimization of collective
 * communication operations in MPICH", 2005, section 4.5) takes 2 log2(p) a + 2 (p - 1) / p n b: a the latency, b the seconds a byte
 * of a link, here those of the line or of the processor, whichever is slower. Pieces are summed one after the other, each from when
 * it is there (Li et al., "PyTorch Distributed", 2020, figure 6); the work of the processor is taken from the pass.
 */
export function stepSeconds(
  { pieces, applySeconds, ...step }: StepMeasures,
  { latency, secondsPerByte }: LinkMeasures,
  { hosts, bitsPerSecond, speed }: Cluster,
  batch: number,
): number {
  const pass = (step.passSeconds + (batch - step.batch) * step.passSecondsPerPicture) / speed;
  const apply = applySeconds / speed;
  if (hosts === 1) return pass + apply;
  const rounds = Math.ceil(Math.log2(hosts));
  const share = (2 * (hosts - 1)) / hosts;
  const perByte = Math.max(8 / (bitsPerSecond * PAYLOAD), secondsPerByte);
  const busy = pieces.reduce((sum, { bytes }) => sum + share * bytes * secondsPerByte, 0) / speed;
  let end = 0;
  for (const { bytes, ready } of pieces)
    end = Math.max(end, ready * pass) + 2 * rounds * latency + share * bytes * perByte;
  return Math.max(pass + busy, end) + apply + SMALL_OPERATIONS * 2 * rounds * latency;
}

/** What a host does of what it does alone, 0 to 1. */
export function efficiency(step: StepMeasures, link: LinkMeasures, cluster: Cluster, batch: number): number {
  return stepSeconds(step, link, { ...cluster, hosts: 1 }, batch) / stepSeconds(step, link, cluster, batch);
}

/** The smallest batch a host, of the powers of two, whose efficiency is over `wanted`; undefined: none up to 1024. */
export function smallestBatch(
  step: StepMeasures,
  link: LinkMeasures,
  cluster: Cluster,
  wanted: number,
): number | undefined {
  for (let batch = 1; batch <= 1024; batch *= 2)
    if (efficiency(step, link, cluster, batch) > wanted) return batch;
  return undefined;
}
