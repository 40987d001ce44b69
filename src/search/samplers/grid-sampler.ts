// Grid search: every combination of the values once, the last parameter fastest.
import { ClassifierTrainingError } from "../../core/index.ts";
import { countValues, isActive, type Point, type Space, valueAt } from "../space/parameter.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";

/** All points of a space in order; parameters that do not exist under a choice are not gone through. */
export function* gridPoints(space: Space, point: Point = {}): Generator<Point> {
  const [parameter, ...rest] = space;
  if (parameter === undefined) {
    yield point;
    return;
  }
  if (!isActive(parameter, point)) {
    yield* gridPoints(rest, point);
    return;
  }
  for (let index = 0; index < countValues(parameter); index++)
    yield* gridPoints(rest, { ...point, [parameter.name]: valueAt(parameter, index) });
}

/** Trial n has the n-th point. */
export class GridSampler implements Sampler {
  /** @throws ClassifierTrainingError kind "usage" `SEARCH_GRID` where a parameter has infinitely many values */
  sample({ space, number }: Pick<SampleRequest, "space" | "number">): Point | undefined {
    const endless = space.find((parameter) => countValues(parameter) === Number.POSITIVE_INFINITY);
    if (endless !== undefined) {
      const message = "has infinitely many values, and a grid goes through all";
      throw new ClassifierTrainingError("usage", "SEARCH_GRID", message, {
        where: endless.name,
        hint: "give range(start,stop,step) or choice(...), or choose another sampler",
      });
    }
    let index = 0;
    for (const point of gridPoints(space)) if (index++ === number) return point;
    return undefined;
  }
}
