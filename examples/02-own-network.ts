// A network of your own, trained by the command line like a built-in one.
//
//     npx classifier-training train --import ./examples/02-own-network.ts model=tiny data.root=./photos
import {
  BaseClassificationModel,
  BatchNorm2d,
  type ClassificationModelOptions,
  ClassificationNetwork,
  Conv2d,
  classificationModelSchema,
  GlobalAvgPool2d,
  Linear,
  type Module,
  ops,
  register,
  type Value,
} from "classifier-training";

class TinyNetwork extends ClassificationNetwork {
  readonly stem = new Conv2d(3, 16, 3, { stride: 2, padding: 1, bias: false });
  readonly norm = new BatchNorm2d(16);
  readonly conv = new Conv2d(16, 32, 3, { stride: 2, padding: 1 });
  readonly pool = new GlobalAvgPool2d();
  readonly fc: Linear;

  constructor(numClasses: number) {
    super();
    this.fc = new Linear(32, numClasses);
  }

  override get classifier(): Module {
    return this.fc;
  }

  override forwardFeatures(images: Value): Value {
    const edges = ops.relu(this.norm.call(this.stem.call(images)));
    const shapes = ops.relu(this.conv.call(edges));
    return ops.flatten(this.pool.call(shapes));
  }
}

class TinyClassificationModel extends BaseClassificationModel {
  static readonly schema = classificationModelSchema;
  override readonly architecture = "tiny";

  constructor(options: ClassificationModelOptions = {}) {
    super(classificationModelSchema.parse(options));
  }

  protected override buildNetwork(numClasses: number): Module {
    return new TinyNetwork(numClasses);
  }
}

register({ group: "model", name: "tiny" }, TinyClassificationModel);
