// The settings of a run with what set them, to be searched, and the machine that it ran on.
import { useState } from "preact/hooks";
import type { RunDetail } from "../../runs/api.ts";
import { Scrolling } from "../parts/scrolling.tsx";

/** Closed at first: there are hundreds. */
export function RunSettings({ settings, environment }: Pick<RunDetail, "settings" | "environment">) {
  const [wanted, setWanted] = useState("");
  const found = settings.filter(({ key, value, source }) =>
    `${key} ${value} ${source}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  return (
    <section>
      <details>
        <summary>Settings and machine</summary>
        <label class="field">
          Search
          <input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        </label>
        <Scrolling name="Settings">
          <table class="config">
            <tbody>
              {found.map(({ key, value, source }) => (
                <tr key={key}>
                  <th scope="row">
                    <code>{key}</code>
                  </th>
                  <td>
                    <code>{value}</code>
                  </td>
                  <td>{source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
        <dl class="card">
          {environment.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      </details>
    </section>
  );
}
