// The queue as the page has it: where it is, what was decided, and the next picture to decide about.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type {
  LabelDecision,
  LabelDecisions,
  LabelNames,
  LabelQueue,
  QueuedPicture,
} from "../../labels/api.ts";
import { get, post } from "../client.ts";
import { go, usePlace } from "../router.ts";

/** The queue and what can be done in it. */
export interface OpenQueue {
  readonly queue: LabelQueue | undefined;
  readonly decisions: LabelDecisions | undefined;
  readonly error: Error | undefined;
  /** The position of the picture that is shown; -1: there is none. */
  readonly at: number;
  readonly decisionOf: (picture: QueuedPicture) => LabelDecision | undefined;
  walk(step: number): void;
  show(picture: number): void;
  decide(to: LabelNames): void;
  /** Takes back the decision about a picture; default: the last one. */
  undo(name?: string): void;
  /** Takes back the decisions that do not fit the pictures. */
  drop(): void;
}

/** @param source the id of the predictions; undefined: not known yet */
export function useLabelQueue(source: string | undefined): OpenQueue {
  const [queue, setQueue] = useState<LabelQueue>();
  const [decisions, setDecisions] = useState<LabelDecisions>();
  const [error, setError] = useState<Error>();
  const { path, query } = usePlace();
  const isBusy = useRef(false);
  useEffect(() => {
    get<LabelDecisions>("/api/labels/decisions").then(setDecisions, setError);
  }, []);
  useEffect(() => {
    setQueue(undefined);
    if (source === undefined) return;
    const left = new AbortController();
    get<LabelQueue>(`/api/labels/queue/${source}`, left.signal).then(setQueue, (failed: Error) => {
      if (failed.name !== "AbortError") setError(failed);
    });
    return () => left.abort();
  }, [source]);
  const byName = useMemo(
    () => new Map(decisions?.decisions.map((decision) => [decision.name, decision])),
    [decisions],
  );
  const pictures = queue?.pictures ?? [];
  const chosen = query.get("picture");
  const found = pictures.findIndex(({ picture }) => String(picture) === chosen);
  const firstOpen = pictures.findIndex(({ name }) => !byName.has(name));
  const at =
    decisions === undefined || pictures.length === 0 ? -1 : found >= 0 ? found : Math.max(firstOpen, 0);

  const show = (picture: number): void => {
    const next = new URLSearchParams(query);
    next.set("picture", String(picture));
    go(`${path}?${next}`, { replace: true });
  };
  const walk = (step: number): void => {
    const next = pictures[at + step];
    if (next !== undefined) show(next.picture);
  };
  /** One change at a time: a key that is pressed meanwhile is about a picture that nobody has seen yet. */
  const change = (path: string, body: unknown, then: () => void): void => {
    if (isBusy.current) return;
    isBusy.current = true;
    post<LabelDecisions>(path, body)
      .then((answer) => {
        setDecisions(answer);
        setError(undefined);
        then();
      }, setError)
      .finally(() => {
        isBusy.current = false;
      });
  };
  const decide = (to: LabelNames): void => {
    const current = pictures[at];
    if (current === undefined) return;
    const isOpen = ({ name }: QueuedPicture): boolean => name !== current.name && !byName.has(name);
    const next = pictures.slice(at + 1).find(isOpen) ?? pictures.find(isOpen);
    change("/api/labels/decide", { picture: current.picture, to }, () => next && show(next.picture));
  };
  const undo = (name = decisions?.decisions.at(-1)?.name): void => {
    if (name === undefined) return;
    const again = pictures.find((picture) => picture.name === name);
    change("/api/labels/undo", { name }, () => again && show(again.picture));
  };
  return {
    queue,
    decisions,
    error,
    at,
    decisionOf: ({ name }) => byName.get(name),
    walk,
    show,
    decide,
    undo,
    drop: () => change("/api/labels/drop", {}, () => undefined),
  };
}
