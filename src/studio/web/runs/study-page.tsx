// A study of `search` as its own page shows it, while it goes on too.
import { useEffect, useState } from "preact/hooks";
import type { StudyReport } from "../../../report/study/study-data.ts";
import { studySections } from "../../../report/study/study-page.ts";
import { get } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { ReportHtml } from "../parts/report-html.tsx";

/** Milliseconds between two looks at a study that goes on. */
const INTERVAL = 3000;

/** Asks again as long as it is shown. */
export function StudyPage({ id }: { readonly id: string }) {
  const [study, setStudy] = useState<StudyReport>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const read = (): void =>
      void get<StudyReport>(`/api/studies/${id}`).then(
        (told) => {
          setStudy(told);
          setError(undefined);
        },
        (refused: Error) => setError(refused.message),
      );
    read();
    const timer = setInterval(read, INTERVAL);
    return () => clearInterval(timer);
  }, [id]);
  return (
    <>
      <p class="sub">
        <Link to="/runs">All runs</Link>
      </p>
      {error !== undefined && study === undefined && <h1>No such study</h1>}
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {study !== undefined && (
        <>
          <h1>{study.name}</h1>
          <p class="sub">
            {study.trials.length} trials, sampler {study.sampler}, pruner {study.pruner}
          </p>
          {studySections(study)
            .filter(({ content }) => content.text !== "")
            .map(({ id: section, title, content }) => (
              <section key={section}>
                <h2>{title}</h2>
                <ReportHtml content={content} />
              </section>
            ))}
        </>
      )}
    </>
  );
}
