// Parameters and buffers: what a module owns that lives across runs.
import type { DType, HostTensor, Shape } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import { currentTrace } from "./current-trace.ts";
import type { Initializer } from "./initializers.ts";

/** What the optimizer is told of a parameter beyond its shape. */
export interface ParameterOptions {
  /** Whether it is meant to decay; default: matrices and kernels (rank 2 and above), not biases and norms. */
  readonly decays?: boolean;
}

/** A float32 tensor that is trained. */
export class Parameter {
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** Whether weight decay is meant for it: not for biases, norms, layer scales, tokens and tables of positions. */
  readonly decays: boolean;
  /** Whether gradients are computed and the optimizer changes it; false where it is frozen. */
  requiresGrad = true;

  constructor(shape: Shape, initializer: Initializer, { decays = shape.length > 1 }: ParameterOptions = {}) {
    this.shape = shape;
    this.initializer = initializer;
    this.decays = decays;
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
