// The compute thread: onnxruntime's calls return when they are done, so they are made beside the main thread.
import { parentPort } from "node:worker_threads";
import { serve } from "./serve.ts";

serve(parentPort!);
