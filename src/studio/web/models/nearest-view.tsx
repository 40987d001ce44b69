// The pictures of the open data set that are most like one that is tried.
import { useEffect, useState } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import type { NearPicture, NeighborState, OpenedModel } from "../../models/api.ts";
import { get, post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Tried } from "./tried.ts";

interface NearestViewProps {
  readonly model: OpenedModel;
  readonly tried: Tried;
}

const LOOK_EVERY_MS = 700;

/** Computes the features of the open pictures first, once for a model. */
export function NearestView({ model, tried }: NearestViewProps) {
  const [state, setState] = useState<NeighborState>();
  const [nearest, setNearest] = useState<readonly NearPicture[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isOver = false;
    const path = `/api/models/${model.id}/neighbors`;
    const find = async (): Promise<void> => {
      let found = await get<NeighborState>(path);
      if (found.state !== "ready") found = await post<NeighborState>(path);
      while (found.state === "working" && !isOver) {
        setState(found);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        found = await get<NeighborState>(path);
      }
      if (isOver) return;
      setState(found);
      if (found.state === "failed") throw new Error(found.message);
      setNearest(await post<NearPicture[]>(`/api/models/${model.id}/nearest`, tried.picture));
    };
    find().catch((reason: Error) => isOver || setError(reason.message));
    return () => {
      isOver = true;
    };
  }, [model.id, tried]);
  if (error !== undefined) return <Notice kind="error">{error}</Notice>;
  if (nearest === undefined) {
    const { done = 0, total = 0 } = state ?? {};
    return (
      <label class="working">
        Looking at the pictures once: {wholeNumber(done)} of {wholeNumber(total)}
        <progress value={done} max={Math.max(1, total)} />
      </label>
    );
  }
  return (
    <div class="pics nearest">
      {nearest.map(({ picture, name, label, similarity }) => (
        <figure key={name} class="pic neutral">
          <div class="frame">
            {picture === null ? "no longer there" : <Thumbnail id={picture} alt={name} />}
          </div>
          <figcaption>
            <b>{label}</b>
            <span title={name}>similarity {similarity.toFixed(3)}</span>
          </figcaption>
        </figure>
      ))}
    </div>
  );
}
