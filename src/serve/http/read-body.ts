// Reads the body of a request within its limits, which are held as it comes.
import type { IncomingMessage } from "node:http";
import type { HeldBytes } from "../admission.ts";
import { requestError } from "../errors.ts";
import type { RequestLimits } from "../options.ts";
import { BODY_HINT, isReadable } from "../threads/request-pictures.ts";

/**
 * The whole body, in memory of its own.
 * @param held counts its bytes
 * @throws ClassifierTrainingError kind "usage": `MEDIA_TYPE`, `BODY_TOO_LARGE`, `REQUEST_TIMEOUT`, `SERVER_BUSY`, `CLIENT_GONE`
 */
export async function readBody(
  incoming: IncomingMessage,
  { maxBodyBytes, bodyTimeoutMs }: Pick<RequestLimits, "maxBodyBytes" | "bodyTimeoutMs">,
  held: HeldBytes,
): Promise<Uint8Array> {
  checkHeaders(incoming, maxBodyBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      settle(requestError("REQUEST_TIMEOUT", `the body did not arrive within ${bodyTimeoutMs / 1000} s`));
    }, bodyTimeoutMs);
    const take = (chunk: Uint8Array): void => {
      length += chunk.length;
      try {
        if (length > maxBodyBytes) throw tooLarge(maxBodyBytes);
        held.add(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        settle(error);
      }
    };
    const end = (): void => settle();
    const gone = (): void => settle(requestError("CLIENT_GONE", "the client went away"));
    const settle = (error?: unknown): void => {
      clearTimeout(timer);
      incoming.off("data", take).off("end", end).off("close", gone);
      if (error !== undefined) incoming.pause();
      if (error === undefined) resolve();
      else reject(error);
    };
    // Listened to for good: an error that nobody hears ends the process.
    incoming.on("error", gone);
    incoming.on("data", take).on("end", end).on("close", gone);
  });
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function checkHeaders({ headers }: IncomingMessage, maxBodyBytes: number): void {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity")
    throw requestError("MEDIA_TYPE", "bodies with a content-encoding are not read", "send it uncompressed");
  const type = headers["content-type"] ?? "";
  if (!isReadable(type))
    throw requestError("MEDIA_TYPE", "bodies of this content-type are not read", BODY_HINT);
  if (Number(headers["content-length"] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
}

function tooLarge(maxBodyBytes: number): Error {
  return requestError("BODY_TOO_LARGE", `the body has more than ${maxBodyBytes} bytes`);
}
