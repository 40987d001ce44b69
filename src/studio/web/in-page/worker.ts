// The worker's beginning: the studio's policy forbids making code of text, which zod would try as it is loaded.
import * as z from "zod";
import type { Request } from "./messages.ts";

z.config({ jitless: true });
const training = import("./training.ts");
addEventListener("message", ({ data }: MessageEvent<Request>) => {
  void training.then(({ answer }) => answer(data));
});
