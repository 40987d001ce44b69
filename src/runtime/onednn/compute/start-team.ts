// The helpers of a session, started for programs whose convolutions are worth them.
import type { BoundProgram } from "../../../graph/index.ts";
import type { Precision } from "../../contract.ts";
import type { Library } from "../ffi/index.ts";
import type { Arena } from "../plan/arena.ts";
import type { ConvolutionChooser } from "../plan/convolution-choice.ts";
import { hasVectors, Team } from "../winograd/team.ts";

/** What a team is started for. */
export interface TeamOptions {
  readonly library: Library;
  readonly threads: number;
  readonly precision: Precision;
  readonly chooser: ConvolutionChooser;
  /** Kernels work in the first of its memories. */
  readonly arena: Arena;
}

/** A team for a program's convolutions in Winograd's form; undefined where there are none, or kernels would not reach them. */
export async function startTeam(
  program: BoundProgram,
  { library, threads, precision, chooser, arena }: TeamOptions,
): Promise<Team | undefined> {
  if (precision !== "32-true" || !hasVectors() || !chooser.mayTransform(program)) return undefined;
  arena.reserve(arena.begin);
  const { memory } = arena.at(0);
  if (memory.linear === undefined || arena.begin > arena.slabBytes) return undefined;
  return Team.start(library, threads, memory.linear, memory.address);
}
