// How many pictures there are of each class, in each split.

import { wholeNumber } from "../../../report/html.ts";
import type { DataSummary, Part } from "../../data/api.ts";
import { Link } from "../parts/link.tsx";
import { Scrolling } from "../parts/scrolling.tsx";

/** Each number leads to its pictures. */
export function ClassBars({ summary: { classes, counts } }: { readonly summary: DataSummary }) {
  const parts = Object.keys(counts) as Part[];
  const most = (part: Part): number => Math.max(1, ...counts[part]!);
  return (
    <details>
      <summary>Pictures of each class</summary>
      <Scrolling name="Pictures of each class">
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">Class</th>
              {parts.map((part) => (
                <th key={part} scope="col" class="num">
                  {part}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, label) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {parts.map((part) => (
                  <td key={part} class="num bar">
                    <i style={`--share:${counts[part]![label]! / most(part)}`} />
                    <Link to={`/data?label=${label}&part=${part}`}>{wholeNumber(counts[part]![label]!)}</Link>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </details>
  );
}
