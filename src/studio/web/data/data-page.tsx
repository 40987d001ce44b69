// The pictures of the data set: how many there are of each class, all of them to look at, their problems, what was changed.
import { useEffect, useRef, useState } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import type { ChangeResult } from "../../changes/api.ts";
import { type DataSummary, type Part, type ProblemKind, SIZE_BOUNDS } from "../../data/api.ts";
import { get, post } from "../client.ts";
import type { PageProps } from "../page-props.ts";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { go, usePlace } from "../router.ts";
import type { Change } from "./change.ts";
import { ChangeList } from "./change-list.tsx";
import { ClassBars } from "./class-bars.tsx";
import "./data.css";
import { Gallery } from "./gallery.tsx";
import { MoveTo } from "./move-to.tsx";
import { usePictures } from "./picture-source.ts";
import { PictureView } from "./picture-view.tsx";
import { PROBLEM_NAMES, ProblemList } from "./problem-list.tsx";

/** Milliseconds between two looks at how many pictures are measured. */
const MEASURING_MS = 1000;
const FILTERS = ["label", "part", "size", "problem", "name"];

/** What is looked at is in the address. */
export function DataPage({ studio }: PageProps) {
  const { path, query } = usePlace();
  const [version, setVersion] = useState(0);
  const [asked, setAsked] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [said, setSaid] = useState<{ kind: "info" | "error"; text: string }>();
  const [shown, setShown] = useState<number>();
  const before = useRef(0);
  const { answer: summary, error } = useAnswer(() => get<DataSummary>("/api/data/summary"), [version, asked]);
  const count = Object.values(summary?.pictures ?? {}).reduce((sum, each) => sum + each, 0);
  const measured = query.has("size") ? (summary?.measured ?? 0) : count;
  const isMeasuring = summary !== undefined && measured < count;
  useEffect(() => {
    if (!isMeasuring) return;
    const timer = setTimeout(() => setAsked((each) => each + 1), MEASURING_MS);
    // Those that were found meanwhile are shown at the end, at once.
    return () => clearTimeout(timer);
  }, [isMeasuring, measured]);
  const filter = new URLSearchParams([...query].filter(([name]) => FILTERS.includes(name)));
  const source = usePictures(filter.toString(), version * 2 + (isMeasuring ? 0 : 1));
  // What was said is about where it was done.
  useEffect(() => setSaid(undefined), [path]);
  if (error !== undefined) return <Notice kind="error">{error}</Notice>;
  if (summary === undefined) return null;
  const { classes } = summary;
  const isFixed = summary.fixed !== null;
  const set = (name: string, value: string): void => {
    if (value === "") filter.delete(name);
    else filter.set(name, value);
    setSelected(new Set());
    go(`/data?${filter}`, { replace: true });
  };
  const failed = ({ message }: Error): void => setSaid({ kind: "error", text: message });
  /** Numbers of the pictures that the filter finds, or of some of them. */
  const idsOf = (range: string): Promise<number[]> => get<number[]>(`/api/data/ids?${filter}&${range}`);
  const after = (work: Promise<ChangeResult>, word: string): void => {
    work.then(({ left }) => {
      setSelected(new Set());
      setSaid(left === null ? { kind: "info", text: word } : { kind: "error", text: left });
      setVersion((each) => each + 1);
    }, failed);
  };
  const change: Change = (request) =>
    after(post<ChangeResult>("/api/changes", request), "Done. It can be undone under Changes.");
  const choose = (position: number, isRange: boolean): void => {
    const [from, to] = isRange ? [before.current, position].sort((a, b) => a - b) : [position, position];
    before.current = position;
    if (isRange) {
      const range = `from=${from}&count=${to! - from! + 1}`;
      idsOf(range).then((ids) => setSelected((chosen) => new Set([...chosen, ...ids])), failed);
      return;
    }
    const id = source.at(position)?.id;
    if (id === undefined) return;
    const chosen = new Set(selected);
    if (!chosen.delete(id)) chosen.add(id);
    setSelected(chosen);
  };
  const select = (name: string, label: string, options: readonly (readonly [string, string])[]) => (
    <select
      aria-label={label}
      value={query.get(name) ?? ""}
      onChange={({ currentTarget }) => set(name, currentTarget.value)}
    >
      <option value="">{label}: all</option>
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
  const tab = path.slice("/data/".length);
  return (
    <div class="data">
      <h1>Pictures</h1>
      <p class="bar tabs">
        <Link to="/data" current={tab === ""}>
          All pictures
        </Link>
        <Link to="/data/problems" current={tab === "problems"}>
          Problems
        </Link>
        <Link to="/data/changes" current={tab === "changes"}>
          Changes
        </Link>
      </p>
      {said && <Notice kind={said.kind}>{said.text}</Notice>}
      {summary.fixed !== null && <Notice kind="info">{summary.fixed}</Notice>}
      {tab === "problems" && (
        <ProblemList
          {...{ classes, isFixed, version, change, readOnly: studio.readOnly }}
          found={() => setVersion((each) => each + 1)}
        />
      )}
      {tab === "changes" && (
        <ChangeList
          {...{ version, readOnly: studio.readOnly }}
          undo={(id) => after(post<ChangeResult>(`/api/changes/${id}/undo`), "Undone.")}
        />
      )}
      {tab === "" && (
        <>
          <ClassBars summary={summary} />
          <p class="bar">
            {select(
              "label",
              "Class",
              classes.map((name, label) => [`${label}`, name]),
            )}
            {select(
              "part",
              "Split",
              (Object.keys(summary.pictures) as Part[]).map((part) => [part, part]),
            )}
            {select("size", "Size", SIZE_NAMES)}
            {select(
              "problem",
              "Problem",
              PROBLEMS.map((kind) => [kind, `${PROBLEM_NAMES[kind]} (${summary.problems[kind]})`]),
            )}
            <input
              type="search"
              aria-label="Name"
              placeholder="Find by name"
              value={query.get("name") ?? ""}
              onInput={({ currentTarget }) => set("name", currentTarget.value)}
            />
            <b role="status">{source.total === undefined ? "" : `${wholeNumber(source.total)} found`}</b>
          </p>
          <p class="bar">
            <button
              type="button"
              class="btn"
              onClick={() => void idsOf("").then((ids) => setSelected(new Set(ids)), failed)}
            >
              Select all found
            </button>
            {selected.size > 0 && (
              <>
                <button type="button" class="btn" onClick={() => setSelected(new Set())}>
                  Select none
                </button>
                <b>{wholeNumber(selected.size)} selected</b>
                {!isFixed && (
                  <MoveTo
                    {...{ classes, change, ids: [...selected] }}
                    name={selected.size === 1 ? "the selected picture" : `${selected.size} pictures`}
                  />
                )}
              </>
            )}
          </p>
          {isMeasuring && (
            <p class="sub" role="status">
              Measuring pictures: {wholeNumber(measured)} of {wholeNumber(count)}
            </p>
          )}
          {source.error && <Notice kind="error">{source.error}</Notice>}
          {source.total === 0 && <p>No picture is like this.</p>}
          <Gallery
            key={filter.toString()}
            {...{ source, classes, selected, choose }}
            open={(position) => setShown(source.at(position)?.id)}
          />
          <p class="sub">
            Click or space selects, with shift all between; double click or enter shows a picture large.
          </p>
        </>
      )}
      {shown !== undefined && <PictureView id={shown} classes={classes} close={() => setShown(undefined)} />}
    </div>
  );
}

const PROBLEMS = Object.keys(PROBLEM_NAMES) as ProblemKind[];

/** Of the shorter side. */
const SIZE_NAMES: readonly (readonly [string, string])[] = [
  ["0", `below ${SIZE_BOUNDS[0]} pixels`],
  ...SIZE_BOUNDS.map((bound, i): [string, string] => [
    `${i + 1}`,
    SIZE_BOUNDS[i + 1] === undefined
      ? `${bound} pixels and more`
      : `${bound} to ${SIZE_BOUNDS[i + 1]! - 1} pixels`,
  ]),
];
