// Reads what pages ask: numbers of pictures, queries and bodies.
import type * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import { notFound } from "../http/answers.ts";
import type { StudioParts } from "../parts.ts";
import type { OpenPictures } from "./open-pictures.ts";

/** A number in an address. @throws ClassifierTrainingError `NOT_FOUND` for what is none */
export function idOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw notFound();
  return Number(text);
}

/** The open pictures. @throws ClassifierTrainingError `NOT_FOUND` */
export function picturesIn({ pictures }: StudioParts): OpenPictures {
  if (pictures === undefined) throw notFound("no data set is open");
  return pictures;
}

/** What a query or a body says. @throws ClassifierTrainingError kind "usage" `code` */
export function readQuery<T>(schema: z.ZodType<T>, given: unknown, code = "QUERY"): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new ClassifierTrainingError("usage", code, issue?.message ?? "not understood", {
    where: issue?.path.join("."),
  });
}
