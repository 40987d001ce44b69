import { expect, test, vi } from "vitest";
import { BaseClassificationModel, classificationModelSchema } from "../../models/index.ts";
import { Linear, type Module } from "../../nn/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { TrainingEngine } from "./engine.ts";

class Undrawable extends BaseClassificationModel {
  override readonly architecture = "linear";
  constructor() {
    super(classificationModelSchema.parse({}));
    this.setup({ classNames: ["cat", "dog"] });
  }
  protected override buildNetwork(numClasses: number): Module {
    return new Linear(2, numClasses, {
      initializer: () => {
        throw new Error("no weights today");
      },
    });
  }
}

test("a session is not left open where first weights cannot be drawn", async () => {
  const disposed = vi.fn();
  const runtime = {
    ...referenceRuntime,
    open: async (...options: Parameters<typeof referenceRuntime.open>) => {
      const session = await referenceRuntime.open(...options);
      const dispose = session.dispose.bind(session);
      session.dispose = async () => {
        disposed();
        await dispose();
      };
      return session;
    },
  };
  const model = new Undrawable();
  const opening = TrainingEngine.open({ runtime, model, optimizer: model.createOptimizer(), seed: 0 });
  await expect(opening).rejects.toThrow("no weights today");
  expect(disposed).toHaveBeenCalledOnce();
});
