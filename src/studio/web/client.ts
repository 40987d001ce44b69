// Asks the studio's server; what it refuses becomes an error with its words.
import type { Refusal } from "../api.ts";
import { tellReach } from "./reach.ts";

/** A request that was refused: `code` is stable, the message is for people. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is at an address, as JSON. @throws Refused */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { signal: signal ?? null });
}

/** Sends JSON, or a body as it is. @throws Refused */
export function post<T>(path: string, body: unknown = {}): Promise<T> {
  const isBinary = body instanceof Blob || body instanceof FormData;
  return ask<T>(path, {
    method: "POST",
    headers: { "X-Studio": "1", ...(isBinary ? {} : { "Content-Type": "application/json" }) },
    body: isBinary ? body : JSON.stringify(body),
  });
}

async function ask<T>(path: string, request: RequestInit): Promise<T> {
  const response = await fetch(path, request).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    tellReach(false);
    throw new Refused("UNREACHABLE", "the studio does not answer: is it still running in its terminal?");
  });
  tellReach(true);
  if (response.ok) return (await response.json()) as T;
  const refusal = (await response.json().catch(() => undefined)) as Refusal | undefined;
  throw new Refused(
    refusal?.error.code ?? "UNREACHABLE",
    refusal?.error.message ?? `the studio answered ${response.status}`,
  );
}

/**
 * Follows what the server tells as it happens, until the function that is returned is called.
 * @param told takes each message, parsed
 */
export function follow<T>(path: string, told: (message: T) => void): () => void {
  const source = new EventSource(path);
  // It asks again by itself, until it is answered.
  source.onopen = () => tellReach(true);
  source.onerror = () => tellReach(false);
  source.onmessage = ({ data }: MessageEvent<string>) => told(JSON.parse(data) as T);
  return () => source.close();
}
