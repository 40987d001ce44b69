// A folder that `docker build` makes an image of: the model, served over HTTP.
import { readBytes } from "../../platform/index.ts";
import { modelOf } from "../export/write-export.ts";
import { packageVersion } from "../package-version.ts";
import { checkModelName } from "../tools/serve.ts";
import { emptyFolder, writeFiles } from "./new-folder.ts";

/**
 * Writes model and Dockerfile.
 * @param name what the server calls the model
 * @returns the folder
 * @throws ClassifierTrainingError kind "usage" `PACKAGE_FOLDER`, `MODEL_NAME`; kind "data" `MODEL_MISSING`
 */
export async function writeDockerFolder(model: string, name: string, output: string): Promise<string> {
  checkModelName(name, "--name");
  const folder = emptyFolder(output);
  await writeFiles(folder, [
    ["model.onnx", await readBytes(modelOf(model))],
    ["Dockerfile", dockerfile(name)],
    [".dockerignore", "*\n!model.onnx\n"],
  ]);
  return folder;
}

function dockerfile(name: string): string {
  const check =
    "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))";
  const command = [
    "node_modules/.bin/classifier-training",
    "serve",
    `${name}=model.onnx`,
    "--host",
    "0.0.0.0",
  ];
  return `FROM node:22-slim
WORKDIR /app
RUN npm install --omit=dev --no-audit --no-fund classifier-training@${packageVersion()}
COPY model.onnx .
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=30s CMD ["node", "-e", ${JSON.stringify(check)}]
CMD ${JSON.stringify(command)}
`;
}
