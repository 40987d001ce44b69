// What is wrong with the pictures, side by side, and what can be done about it.
import { useEffect, useState } from "preact/hooks";
import { percent, wholeNumber } from "../../../report/html.ts";
import type { ProblemKind } from "../../data/api.ts";
import type { Problem, ProblemRange } from "../../problems/api.ts";
import { get, post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { Pages, useFrom } from "../parts/pages.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Change } from "./change.ts";
import { MoveTo } from "./move-to.tsx";

/** What kinds of problems are called. */
export const PROBLEM_NAMES: Readonly<Record<ProblemKind, string>> = {
  unreadable: "Cannot be read",
  contradicting: "Labels contradict",
  leak: "In several splits",
  duplicate: "Duplicates",
  near: "Nearly the same",
};
const AT_A_TIME = 20;
const POLL_MS = 1000;

interface ProblemListProps {
  readonly classes: readonly string[];
  /** Whether pictures may be moved, and whether anything may be changed. */
  readonly isFixed: boolean;
  readonly readOnly: boolean;
  readonly version: number;
  readonly change: Change;
  /** Checks have found something. */
  found(): void;
}

/** Looked for when it is asked for, in processes of their own. */
export function ProblemList({ classes, isFixed, readOnly, version, change, found }: ProblemListProps) {
  const [range, setRange] = useState<ProblemRange>();
  const from = useFrom();
  const [error, setError] = useState<string>();
  const load = (): Promise<void> =>
    get<ProblemRange>(`/api/problems?from=${from}&count=${AT_A_TIME}`).then(setRange, (reason: Error) =>
      setError(reason.message),
    );
  const checks = range === undefined ? [] : Object.values(range.checks);
  const isRunning = checks.some(({ state }) => state === "running");
  useEffect(() => void load(), [version, from]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void load(), POLL_MS);
    return () => {
      clearInterval(timer);
      found();
    };
  }, [isRunning, from]);
  const failure = error ?? checks.find(({ state }) => state === "failed")?.error;
  const isNever = checks.every(({ state }) => state === "never");
  return (
    <>
      <p>
        {!readOnly && (
          <button
            type="button"
            class="btn main"
            disabled={isRunning}
            onClick={() =>
              void post("/api/problems/check").then(load, (reason: Error) => setError(reason.message))
            }
          >
            {isRunning ? "Looking at every picture" : isNever ? "Look for problems" : "Look again"}
          </button>
        )}{" "}
        {range && checks.some(({ seconds }) => seconds !== null) && `${wholeNumber(range.total)} found`}
      </p>
      {range && isNever && !isRunning && (
        <p class="sub">
          Pictures that cannot be read, that are there twice or nearly so, in two splits, or in two classes.
          Every picture is looked at; of thousands that takes minutes.
        </p>
      )}
      {failure && <Notice kind="error">{failure}</Notice>}
      {checks.some(({ isStale }) => isStale) && !isRunning && (
        <Notice kind="info">Pictures have changed since these were found. Look again to be sure.</Notice>
      )}
      {range?.problems.map((problem) => (
        <article class="card problem" key={problem.key}>
          <h2>{titleOf(problem)}</h2>
          {problem.message && <p>{problem.message}</p>}
          <div class="side">
            {problem.pictures.map((picture) => (
              <figure key={picture.id}>
                <Thumbnail id={picture.id} alt={picture.name} side={160} />
                <figcaption>
                  {picture.labels.map((label) => classes[label]).join(", ")}, {picture.part}
                  <small>{picture.name}</small>
                  {!isFixed && (
                    <MoveTo classes={classes} name={picture.name} ids={[picture.id]} change={change} />
                  )}
                </figcaption>
              </figure>
            ))}
          </div>
          {!readOnly && (
            <button
              type="button"
              class="btn"
              onClick={() => change({ action: "dismiss", problem: problem.key, title: titleOf(problem) })}
            >
              It is fine
            </button>
          )}
        </article>
      ))}
      {range && <Pages path="/data/problems" total={range.total} from={from} size={AT_A_TIME} />}
    </>
  );
}

function titleOf({ kinds, similarity }: Problem): string {
  const words = kinds.map((kind, i) => (i === 0 ? PROBLEM_NAMES[kind] : PROBLEM_NAMES[kind].toLowerCase()));
  return `${words.join(", ")}${similarity === null || similarity >= 1 ? "" : `, ${percent(similarity, 0)} alike`}`;
}
