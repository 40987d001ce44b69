// A client of MLflow's REST interface: https://mlflow.org/docs/latest/rest-api.html
import * as z from "zod";

/** A number of a run; not finite ones are told by name, as protobuf's JSON has it. */
export interface MLflowMetric {
  readonly key: string;
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** A parameter or a tag: what MLflow keeps as text. */
export interface MLflowText {
  readonly key: string;
  readonly value: string;
}

/** What one request may log. */
export interface MLflowBatch {
  readonly metrics?: readonly MLflowMetric[];
  readonly params?: readonly MLflowText[];
}

/** The most that MLflow takes in one request, and the longest key and value of a parameter. */
export const MLFLOW_LIMITS = { metrics: 1000, params: 100, key: 250, value: 6000 } as const;

/** How a run stands, by MLflow's names. */
export type MLflowStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

/** A run on the server. */
export interface MLflowRun {
  readonly id: string;
  /** Where its artifacts lie, such as `mlflow-artifacts:/1/<id>/artifacts`. */
  readonly artifacts: string;
}

/** An answer that is no success. */
export class MLflowRefusal extends Error {
  readonly status: number;
  /** MLflow's own code, such as `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }),
});
const refusalSchema = z.object({ error_code: z.string(), message: z.string() }).partial();

/** Milliseconds that a request may take. */
const TIMEOUT = 20_000;
const ARTIFACTS = "mlflow-artifacts:/";

/** The few requests that a logger needs. What the server refuses ends in an `MLflowRefusal`. */
export class MLflowClient {
  readonly #root: string;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param trackingUri `http://` or `https://`; a user and password in it are sent as a header
   * @param environment where `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `_PASSWORD`, may stand; they go before those of the address
   */
  constructor(trackingUri: string, environment: NodeJS.ProcessEnv = process.env) {
    const address = new URL(trackingUri);
    const own = [address.username, address.password].map(decoded);
    [address.username, address.password] = ["", ""];
    this.#root = `${address.href.replace(/\/+$/, "")}/api/2.0`;
    const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: name } = environment;
    const [user, password = ""] = name ? [name, environment.MLFLOW_TRACKING_PASSWORD] : own;
    const basic = `${user}:${password}`;
    this.#headers = token
      ? { authorization: `Bearer ${token}` }
      : user
        ? { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }
        : {};
  }

  /** The experiment of that name, made where there is none. */
  async experiment(name: string): Promise<string> {
    const found = await this.#findExperiment(name);
    if (found !== undefined) return found;
    try {
      return createdSchema.parse(await this.#post("experiments/create", { name })).experiment_id;
    } catch (error) {
      // Another run may have been quicker.
      if ((error as MLflowRefusal).code !== "RESOURCE_ALREADY_EXISTS") throw error;
      return (await this.#findExperiment(name))!;
    }
  }

  async createRun(experiment: string, name: string, tags: readonly MLflowText[]): Promise<MLflowRun> {
    const request = { experiment_id: experiment, run_name: name, start_time: Date.now(), tags };
    const { info } = runSchema.parse(await this.#post("runs/create", request)).run;
    return { id: info.run_id, artifacts: info.artifact_uri };
  }

  /** Logs at most `MLFLOW_LIMITS` of each. */
  async logBatch({ id }: MLflowRun, batch: MLflowBatch): Promise<void> {
    await this.#post("runs/log-batch", { run_id: id, ...batch });
  }

  async updateRun({ id }: MLflowRun, status: MLflowStatus): Promise<void> {
    const end = status === "RUNNING" ? {} : { end_time: Date.now() };
    await this.#post("runs/update", { run_id: id, status, ...end });
  }

  /** Uploads a file through the server. @throws MLflowRefusal where it keeps artifacts elsewhere */
  async uploadArtifact({ artifacts }: MLflowRun, path: string, content: Uint8Array): Promise<void> {
    if (!artifacts.startsWith(ARTIFACTS)) {
      throw new MLflowRefusal(
        400,
        "NO_PROXY",
        `its server does not take artifacts: they lie at ${artifacts}`,
      );
    }
    // `mlflow-artifacts://host/path` names a host, `mlflow-artifacts:/path` does not.
    const folder = artifacts.slice(ARTIFACTS.length).replace(/^\/[^/]*\//, "");
    const place = `${folder}/${path}`.split("/").map(encodeURIComponent).join("/");
    await this.#send(`/mlflow-artifacts/artifacts/${place}`, {
      method: "PUT",
      body: content as Uint8Array<ArrayBuffer>,
    });
  }

  async #findExperiment(name: string): Promise<string | undefined> {
    try {
      const query = new URLSearchParams({ experiment_name: name });
      const answer = await this.#send(`/mlflow/experiments/get-by-name?${query}`, { method: "GET" });
      return experimentSchema.parse(answer).experiment.experiment_id;
    } catch (error) {
      if ((error as MLflowRefusal).code === "RESOURCE_DOES_NOT_EXIST") return undefined;
      throw error;
    }
  }

  #post(endpoint: string, body: object): Promise<unknown> {
    return this.#send(`/mlflow/${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async #send(path: string, request: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.#root}${path}`, {
      ...request,
      headers: { ...this.#headers, ...request.headers },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await response.text();
    if (response.ok) return text === "" ? {} : JSON.parse(text);
    const { error_code = "", message = response.statusText } = refusalSchema.catch({}).parse(jsonOf(text));
    throw new MLflowRefusal(response.status, error_code, `${response.status} ${error_code} ${message}`);
  }
}

/** Percent signs that encode nothing stay. */
function decoded(part: string): string {
  return part.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString(),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
