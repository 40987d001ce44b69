// Parameters and buffers: what a module owns that lives across runs.
import type { DType, HostTensor, Shape } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import type { Initializer } from "./initializers.ts";
import { currentTrace } from "./trace.ts";

/** A float32 tensor that is trained. */
export class Parameter {
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** Whether gradients are computed and the optimizer changes it; false where it is frozen. */
  requiresGrad = true;

  constructor(shape: Shape, initializer: Initializer) {
    this.shape = shape;
    this.initializer = initializer;
  }

  /** The parameter's value in the graph being traced. */
  get value(): Value {
    return currentTrace().read(this);
  }
}

/** A tensor that is part of a module's state but not trained, such as running statistics. */
export class Buffer {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Its value before training. */
  readonly initial: () => HostTensor;

  constructor(initial: () => HostTensor) {
    const { dtype, shape } = initial();
    this.dtype = dtype;
    this.shape = shape;
    this.initial = initial;
  }

  /** The buffer's value in the graph being traced: what was assigned last, at first what it was before the run. */
  get value(): Value {
    return currentTrace().read(this);
  }

  /** Has the buffer hold `value` after each run of the program. */
  assign(value: Value): void {
    currentTrace().assign(this, value);
  }
}
