// What is counted, as Prometheus reads it.
import type { Registry } from "prom-client";

/** A request that is over. */
export interface RequestOutcome {
  /** Empty where none was named that is served. */
  readonly model: string;
  readonly status: number;
  readonly seconds: number;
  readonly pictures: number;
}

/** Reads of what changes by itself. */
export interface Gauges {
  requests(): number;
  bytes(): number;
  readyModels(): number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PICTURES = [1, 2, 4, 8, 16, 32, 64, 128];

/** The server's counters, and those of its process. */
export class Metrics {
  readonly #registry: Registry;
  readonly answered: (outcome: RequestOutcome) => void;
  readonly batched: (model: string, pictures: number) => void;
  readonly loaded: (model: string, succeeded: boolean) => void;

  private constructor(library: typeof import("prom-client"), gauges: Gauges) {
    const registry = new library.Registry();
    const registers = [registry];
    library.collectDefaultMetrics({ register: registry });
    const counter = (name: string, help: string, labelNames: string[]) =>
      new library.Counter({ name: `classifier_${name}`, help, labelNames, registers });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new library.Histogram({ name: `classifier_${name}`, help, labelNames: ["model"], buckets, registers });
    const gauge = (name: string, help: string, read: () => number) =>
      new library.Gauge({
        ...{ name: `classifier_${name}`, help, registers },
        collect() {
          this.set(read());
        },
      });
    const requests = counter("requests_total", "Requests by model and status", ["model", "status"]);
    const pictures = counter("pictures_total", "Pictures that were classified", ["model"]);
    const loads = counter("model_loads_total", "Loads of model files", ["model", "result"]);
    const seconds = histogram("request_seconds", "Time from a request's head to its answer", SECONDS);
    const batches = histogram("batch_pictures", "Pictures that were computed together", PICTURES);
    gauge("requests_in_progress", "Requests that are worked on or wait", gauges.requests);
    gauge("body_bytes", "Bytes of bodies in memory", gauges.bytes);
    gauge("models_ready", "Models that can answer", gauges.readyModels);
    this.#registry = registry;
    this.answered = (outcome) => {
      const { model, status } = outcome;
      requests.inc({ model, status });
      if (model === "") return;
      seconds.observe({ model }, outcome.seconds);
      if (outcome.pictures > 0) pictures.inc({ model }, outcome.pictures);
    };
    this.batched = (model, count) => batches.observe({ model }, count);
    this.loaded = (model, succeeded) => loads.inc({ model, result: succeeded ? "loaded" : "refused" });
  }

  static async create(gauges: Gauges): Promise<Metrics> {
    return new Metrics(await import("prom-client"), gauges);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
