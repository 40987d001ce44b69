// The server described for programs: OpenAPI 3.1, made of the schemas.
import * as z from "zod";
import { SCHEMAS, type SchemaName } from "./schemas.ts";

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

const json = (description: string, name: SchemaName) => ({
  description,
  content: { "application/json": { schema: ref(name) } },
});

const failures = (statuses: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(statuses).map(([status, words]) => [status, json(words, "Error")]));

const PREDICT_FAILURES: Readonly<Record<string, string>> = {
  400: "The request is malformed",
  404: "There is no such model",
  408: "The body did not arrive in time",
  413: "The body, a picture or the number of pictures is too large",
  415: "Bodies of this type are not read",
  422: "A picture cannot be decoded",
  429: "Too many requests wait; Retry-After says when to come again",
  503: "The server is stopping, or what failed is being started again; Retry-After says when to come again",
  504: "The deadline passed",
};

const modelName = {
  name: "name",
  in: "path",
  required: true,
  description: "Name of a model",
  schema: { type: "string" },
};

const topK = {
  name: "top_k",
  in: "query",
  description: "Classes to name for each picture; of several labels all are named, and fewer refused",
  schema: { type: "integer", minimum: 1 },
};

const picture = { schema: { type: "string", format: "binary" } };

const form = { schema: { type: "object", additionalProperties: { type: "string", format: "binary" } } };

const get = (summary: string, responses: object) => ({ get: { summary, responses } });

const PATHS: Readonly<Record<string, object>> = {
  "/v1/models": get("All models", { 200: json("What they are", "Models") }),
  "/v1/models/{name}": {
    parameters: [modelName],
    ...get("A model", {
      200: json("What it is", "Model"),
      ...failures({ 404: "There is no such model", 503: "It is being loaded again" }),
    }),
  },
  "/v1/models/{name}:predict": {
    parameters: [modelName, topK],
    post: {
      summary: "Classifies pictures",
      requestBody: {
        required: true,
        content: {
          "image/*": picture,
          "application/octet-stream": picture,
          "multipart/form-data": form,
          "application/json": { schema: ref("Instances") },
        },
      },
      responses: { 200: json("What is said of the pictures", "Answer"), ...failures(PREDICT_FAILURES) },
    },
  },
  "/healthz": get("Whether the process lives", { 200: json("It does", "Status") }),
  "/readyz": get("Whether requests are answered", {
    200: json("They are", "Status"),
    ...failures({ 503: "Not now" }),
  }),
  "/metrics": get("Counters for Prometheus", {
    200: { description: "Text", content: { "text/plain": { schema: { type: "string" } } } },
  }),
  "/openapi.json": get("This document", {
    200: { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } },
  }),
};

/** @param version of this toolkit */
export function openApiDocument(version: string): object {
  const schemas = Object.entries(SCHEMAS).map(([name, schema]) => {
    const { $schema, ...described } = z.toJSONSchema(schema);
    return [name, described];
  });
  return {
    openapi: "3.1.0",
    info: { title: "classifier-training serve", version },
    paths: PATHS,
    components: { schemas: Object.fromEntries(schemas) },
  };
}
