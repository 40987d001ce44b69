// In this page: training without the server, whose scripts are loaded when somebody comes here.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PageProps } from "../page-props.ts";
import { Notice } from "../parts/notice.tsx";

/** The page, once it is there. */
export function InPage({ studio }: PageProps) {
  const [loaded, setLoaded] = useState<{ readonly Page: FunctionComponent<PageProps> }>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    import("./training-page.tsx").then(
      ({ TrainingPage }) => setLoaded({ Page: TrainingPage }),
      (reason: Error) => setError(reason.message),
    );
  }, []);
  if (error !== undefined) return <Notice kind="error">This page cannot be loaded: {error}</Notice>;
  return loaded === undefined ? null : <loaded.Page studio={studio} />;
}
