// A tracking server with MLflow's REST contract, for tests: what MLflow would refuse, it refuses as MLflow does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const key = z
  .string()
  .max(250)
  .regex(/^[/\p{L}\p{N}_.\- :]+$/u);
const text = z.strictObject({ key, value: z.string().max(6000) });
const metric = z.strictObject({
  key,
  value: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]),
  timestamp: z.int(),
  step: z.int(),
});
const status = z.enum(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]);

const REQUESTS = {
  "experiments/create": z.strictObject({ name: z.string().min(1) }),
  "runs/create": z.strictObject({
    experiment_id: z.string(),
    run_name: z.string(),
    start_time: z.int(),
    tags: z.array(text).max(100),
  }),
  "runs/log-batch": z
    .strictObject({
      run_id: z.string(),
      metrics: z.array(metric).max(1000).default([]),
      params: z.array(text).max(100).default([]),
      tags: z.array(text).max(100).default([]),
    })
    .refine(({ metrics, params, tags }) => metrics.length + params.length + tags.length <= 1000),
  "runs/update": z.strictObject({ run_id: z.string(), status, end_time: z.int().optional() }),
} as const;

type Body<E extends keyof typeof REQUESTS> = z.infer<(typeof REQUESTS)[E]>;

export interface ServedRun {
  readonly experiment: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Map<string, string>;
  readonly metrics: { readonly key: string; readonly value: number | string; readonly step: number }[];
  readonly artifacts: Map<string, Buffer>;
  status: string;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(code: number, name: string, message: string) {
    super(message);
    this.status = code;
    this.code = name;
  }
}

export class MLflowServer implements AsyncDisposable {
  readonly experiments: Map<string, string> = new Map();
  readonly runs: Map<string, ServedRun> = new Map();
  /** Number of requests for each endpoint. */
  readonly requests: Record<string, number> = {};
  /** Address and content of every request, one after another. */
  received: Buffer = Buffer.alloc(0);
  /** Answers every request with this status while it is set. */
  failing: number | undefined;
  /** The `authorization` that is asked for. */
  authorization: string | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(port = 0): Promise<MLflowServer> {
    const server = new MLflowServer();
    await new Promise<void>((resolve) => server.#server.listen(port, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.received = Buffer.concat([this.received, Buffer.from(request.url ?? ""), ...chunks]);
    const send = (code: number, body: unknown): void => {
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    try {
      if (this.failing !== undefined) throw new Refusal(this.failing, "TEMPORARILY_UNAVAILABLE", "down");
      if (request.headers.authorization !== this.authorization) {
        throw new Refusal(401, "UNAUTHENTICATED", "who are you?");
      }
      send(200, this.#handle(request, Buffer.concat(chunks)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(error.status, { error_code: error.code, message: error.message });
    }
  }

  #handle({ method, url = "", headers }: IncomingMessage, content: Buffer): unknown {
    const { pathname, searchParams } = new URL(url, this.url);
    const [, area, endpoint = ""] = /^\/api\/2\.0\/(mlflow|mlflow-artifacts)\/(.+)$/.exec(pathname) ?? [];
    this.requests[endpoint] = (this.requests[endpoint] ?? 0) + 1;
    if (area === "mlflow-artifacts" && method === "PUT")
      return this.#store(decodeURIComponent(endpoint), content);
    if (method === "GET" && endpoint === "experiments/get-by-name") {
      return this.#experiment(searchParams.get("experiment_name") ?? "");
    }
    if (method !== "POST" || !Object.hasOwn(REQUESTS, endpoint)) {
      throw new Refusal(404, "ENDPOINT_NOT_FOUND", `${method} ${pathname}`);
    }
    if (headers["content-type"] !== "application/json" || content.length > 1_000_000) {
      throw new Refusal(400, "BAD_REQUEST", "not JSON, or too long");
    }
    const parsed = REQUESTS[endpoint as keyof typeof REQUESTS].safeParse(JSON.parse(content.toString()));
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    switch (endpoint) {
      case "experiments/create":
        return this.#createExperiment(parsed.data as Body<"experiments/create">);
      case "runs/create":
        return this.#createRun(parsed.data as Body<"runs/create">);
      case "runs/log-batch":
        return this.#logBatch(parsed.data as Body<"runs/log-batch">);
      default:
        return this.#update(parsed.data as Body<"runs/update">);
    }
  }

  #experiment(name: string): unknown {
    const id = this.experiments.get(name);
    if (id === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `no experiment ${name}`);
    return { experiment: { experiment_id: id, name } };
  }

  #createExperiment({ name }: Body<"experiments/create">): unknown {
    if (this.experiments.has(name)) throw new Refusal(400, "RESOURCE_ALREADY_EXISTS", name);
    const id = String(this.experiments.size + 1);
    this.experiments.set(name, id);
    return { experiment_id: id };
  }

  #createRun({ experiment_id, run_name, tags }: Body<"runs/create">): unknown {
    const experiment = [...this.experiments].find(([, id]) => id === experiment_id)?.[0];
    if (experiment === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", experiment_id);
    const id = `run${this.runs.size}`;
    this.runs.set(id, {
      experiment,
      name: run_name,
      tags: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])),
      params: new Map(),
      metrics: [],
      artifacts: new Map(),
      status: "RUNNING",
    });
    return {
      run: { info: { run_id: id, artifact_uri: `mlflow-artifacts:/${experiment_id}/${id}/artifacts` } },
    };
  }

  #logBatch({ run_id, metrics, params }: Body<"runs/log-batch">): unknown {
    const run = this.#run(run_id);
    for (const { key: name, value } of params) {
      if ((run.params.get(name) ?? value) !== value) throw invalid(`param ${name} cannot be changed`);
      run.params.set(name, value);
    }
    run.metrics.push(...metrics);
    return {};
  }

  #update({ run_id, status: next }: Body<"runs/update">): unknown {
    this.#run(run_id).status = next;
    return { run_info: { run_id } };
  }

  #store(path: string, content: Buffer): unknown {
    const [, id = "", name = ""] = /^artifacts\/\d+\/([^/]+)\/artifacts\/(.+)$/.exec(path) ?? [];
    this.#run(id).artifacts.set(name, content);
    return {};
  }

  #run(id: string): ServedRun {
    const run = this.runs.get(id);
    if (run === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `no run ${id}`);
    return run;
  }
}

function invalid(message: string): Refusal {
  return new Refusal(400, "INVALID_PARAMETER_VALUE", message);
}
