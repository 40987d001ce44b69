// The thread that reads large tables: what the studio asks it for, one request after another.
import { parentPort } from "node:worker_threads";
import { LabelSets } from "../../core/index.ts";
import type { NamedParts } from "../../data/index.ts";
import { type Handlers, serveRequests } from "../../runtime/threaded/index.ts";
import { mistakesOf } from "./mistakes.ts";
import type { PartName, TableRequests } from "./protocol.ts";
import { rankLabels } from "./rank-labels.ts";

const names: Record<PartName, string[]> = { train: [], val: [], test: [] };
const parts: { -readonly [K in keyof NamedParts]?: NamedParts[K] } = { val: undefined, test: undefined };

const handlers: Handlers<TableRequests> = {
  part({ part, classes, labels, root }) {
    const own = names[part];
    parts[part] = {
      classes,
      labels: labels instanceof Int32Array ? labels : new LabelSets(labels.width, labels.data),
      name: (index) => own[index]!,
    };
    parts.root = root;
    return undefined;
  },
  names({ part, names: next }) {
    for (const name of next) names[part].push(name);
    return undefined;
  },
  rank: ({ folder }) => rankLabels(folder, parts as NamedParts),
  mistakes: mistakesOf,
};
serveRequests<TableRequests>(parentPort!, handlers);
