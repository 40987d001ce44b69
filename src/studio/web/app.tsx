// The frame around every page: a heading, the ways to the others, and what went wrong.
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import type { StudioInfo } from "../api.ts";
import { get } from "./client.ts";
import { DataPage } from "./data/data-page.tsx";
import { InPage } from "./in-page/in-page.tsx";
import { LabelsPage } from "./labels/labels-page.tsx";
import { ModelsPage } from "./models/models-page.tsx";
import type { PageProps } from "./page-props.ts";
import { Link } from "./parts/link.tsx";
import { Notice } from "./parts/notice.tsx";
import { useReach } from "./reach.ts";
import { usePlace } from "./router.ts";
import { RunsPage } from "./runs/runs-page.tsx";
import { TrainPage } from "./runs/train-page.tsx";

interface Page {
  readonly path: string;
  readonly name: string;
  readonly component: ComponentType<PageProps>;
  /** Whether it is about an open data set. */
  readonly needsData: boolean;
  /** Whether it is there to change something. */
  readonly changes: boolean;
}

const PAGES: readonly Page[] = [
  { path: "/data", name: "Data", component: DataPage, needsData: true, changes: false },
  { path: "/labels", name: "Labels", component: LabelsPage, needsData: true, changes: false },
  { path: "/train", name: "Train", component: TrainPage, needsData: false, changes: true },
  { path: "/runs", name: "Runs", component: RunsPage, needsData: false, changes: false },
  { path: "/try", name: "Try it", component: ModelsPage, needsData: false, changes: false },
  { path: "/page", name: "In this page", component: InPage, needsData: false, changes: false },
];

/** The whole studio. */
export function App() {
  const [studio, setStudio] = useState<StudioInfo>();
  const [error, setError] = useState<Error>();
  const { path } = usePlace();
  const isReached = useReach();
  useEffect(() => {
    get<StudioInfo>("/api/studio").then(setStudio, setError);
  }, []);
  if (error !== undefined) return <Notice kind="error">{error.message}</Notice>;
  if (studio === undefined) return null;
  const pages = PAGES.filter(
    ({ needsData, changes }) => (!needsData || studio.data !== null) && (!changes || !studio.readOnly),
  );
  const page = pages.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? pages[0]!;
  return (
    <>
      <a class="skip" href="#main">
        To the page
      </a>
      <header class="top">
        <div class="in">
          <strong class="name">
            {studio.name}
            {studio.readOnly && <span class="status">read only</span>}
          </strong>
          <nav aria-label="Pages">
            {pages.map(({ path: to, name }) => (
              <Link key={to} to={to} current={to === page.path}>
                {name}
              </Link>
            ))}
          </nav>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {!isReached && (
          <Notice kind="error">
            The studio does not answer: what is shown may be old. Is it still running in its terminal?
          </Notice>
        )}
        <Boundary key={page.path} page={page} studio={studio} />
      </main>
    </>
  );
}

/** A page that fails leaves the others as they are. */
function Boundary({ page, studio }: { readonly page: Page; readonly studio: StudioInfo }) {
  const [error] = useErrorBoundary();
  useEffect(() => {
    document.title = `${page.name} - ${studio.name}`;
  }, [page, studio]);
  if (error !== undefined) {
    return <Notice kind="error">This page failed: {(error as Error).message}. Load it again.</Notice>;
  }
  return <page.component studio={studio} />;
}
