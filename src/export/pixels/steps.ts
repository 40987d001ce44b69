// The preprocessing of pictures, transform by transform, as ONNX nodes.
import { ClassifierTrainingError, float32, hostTensor } from "../../core/index.ts";
import { type Emitter, onnxType } from "../../onnx/index.ts";
import type { Interpolation, TransformDescription } from "../../transforms/index.ts";
import { FILTERS, type Filter } from "./filters.ts";
import { type PictureValue, planesOf, toWhole, type Whole } from "./picture.ts";
import { type AxisWindow, resample, UNCHANGED, wholeAxis } from "./resampling.ts";

type Size = number | readonly [number, number];
type Options = TransformDescription["options"];
type Step = (emit: Emitter, picture: PictureValue, options: Options) => PictureValue;

/** The picture after the transforms of `describePreprocessing`. @throws `EXPORT_PIXELS` for one that has no nodes here. */
export function applyTransforms(
  emit: Emitter,
  picture: PictureValue,
  transforms: readonly TransformDescription[],
): PictureValue {
  let result = picture;
  for (let i = 0; i < transforms.length; i++) {
    const { name, options } = transforms[i]!;
    emit.enter(name);
    const next = transforms[i + 1];
    if (name === "Resize" && next?.name === "CenterCrop") {
      result = resize(emit, result, options, heightAndWidth(next.options.size as Size));
      i++;
    } else if (Object.hasOwn(STEPS, name)) result = STEPS[name]!(emit, result, options);
    else
      throw unknown(`${name} cannot be part of a model`, `those that can: ${Object.keys(STEPS).join(", ")}`);
  }
  return result;
}

const STEPS: Readonly<Record<string, Step>> = {
  Resize: (emit, picture, options) => resize(emit, picture, options, undefined),
  CenterCrop: (emit, picture, { size }) => {
    const [height, width] = heightAndWidth(size as Size);
    return resample(emit, picture, {
      rows: centred(emit, picture.height, height),
      columns: centred(emit, picture.width, width),
      filter: UNCHANGED,
    });
  },
  Letterbox: (emit, picture, options) => {
    const [height, width] = heightAndWidth(options.size as Size);
    const ratio = (canvas: number, size: Whole): string =>
      emit.node("Div", [double(emit, canvas), toDouble(emit, size)]);
    const scale = emit.node("Min", [ratio(width, picture.width), ratio(height, picture.height)]);
    const axis = (canvas: number, size: Whole): AxisWindow => {
      const exact = emit.add(emit.mul(toDouble(emit, size), scale), double(emit, 0.5));
      const rounded = toWhole(emit, emit.node("Floor", [exact]));
      const least = emit.node("Max", [rounded, emit.integers([1])]);
      const scaled = emit.node("Min", [least, emit.integers([canvas])]);
      const border = halfOf(emit, emit.sub(emit.integers([canvas]), scaled));
      return { size: scaled, offset: emit.node("Neg", [border]), length: emit.integers([canvas]) };
    };
    return resample(emit, picture, {
      rows: axis(height, picture.height),
      columns: axis(width, picture.width),
      filter: filterOf(options),
      fill: colour(options.fill),
    });
  },
  Pad: (emit, picture, { padding, paddingMode, fill }) => {
    if (paddingMode !== "constant")
      throw unknown(`Pad with paddingMode ${paddingMode} cannot be part of a model`, "use constant");
    const [left, top, right, bottom] = allSides(padding as number | readonly number[]);
    const axis = (size: Whole, before: number, behind: number): AxisWindow => ({
      size,
      offset: emit.integers([-before]),
      length: emit.add(size, emit.integers([before + behind])),
    });
    return resample(emit, picture, {
      rows: axis(picture.height, top, bottom),
      columns: axis(picture.width, left, right),
      filter: UNCHANGED,
      fill: colour(fill),
    });
  },
  Grayscale: (emit, picture) => {
    const shares = [19595, 38470, 7471].map((share) => share / 65536);
    const weight = emit.constant("luma", float32([3, 3, 1, 1], [...shares, ...shares, ...shares]));
    const half = emit.constant("half", float32([3], [0.5, 0.5, 0.5]));
    const name = emit.node("Floor", [emit.node("Conv", [planesOf(emit, picture), weight, half])]);
    return { ...picture, layout: "planes", name };
  },
  ToImage: (_, picture) => picture,
  ToDtype: (emit, picture, { scale }) => {
    const planes = planesOf(emit, picture);
    const name = scale === false ? planes : emit.mul(planes, emit.scalar(Math.fround(1 / 255)));
    return { ...picture, layout: "planes", name };
  },
  Normalize: (emit, picture, { mean, std }) => {
    const channels = (name: string, values: unknown): string =>
      emit.constant(name, float32([3, 1, 1], values as number[]));
    const centred = emit.sub(planesOf(emit, picture), channels("mean", mean));
    return { ...picture, layout: "planes", name: emit.node("Div", [centred, channels("std", std)]) };
  },
};

/** torchvision's `Resize`, of which only the middle is worked out where a crop follows. */
function resize(
  emit: Emitter,
  picture: PictureValue,
  options: Options,
  crop: readonly [number, number] | undefined,
): PictureValue {
  const size = options.size as Size | null;
  const [height, width] = Array.isArray(size)
    ? [emit.integers([size[0]]), emit.integers([size[1]])]
    : sides(emit, picture, size as number | null, (options.maxSize ?? null) as number | null);
  return resample(emit, picture, {
    rows: crop === undefined ? wholeAxis(emit, height) : centred(emit, height, crop[0]),
    columns: crop === undefined ? wholeAxis(emit, width) : centred(emit, width, crop[1]),
    filter: filterOf(options),
  });
}

/** Height and width where the shorter side is `size`, or the longer `maxSize`; the other one is cut to a whole number. */
function sides(
  emit: Emitter,
  { height, width }: PictureValue,
  size: number | null,
  maxSize: number | null,
): [Whole, Whole] {
  const short = emit.node("Min", [height, width]);
  const long = emit.node("Max", [height, width]);
  const scaled = (side: Whole, numerator: Whole, denominator: Whole): Whole => {
    const cut = emit.node("Div", [emit.mul(side, numerator), denominator]);
    return emit.node("Max", [cut, emit.integers([1])]);
  };
  let newShort = size === null ? short : emit.integers([size]);
  let newLong = size === null ? long : scaled(long, newShort, short);
  if (maxSize !== null) {
    const limit = emit.integers([maxSize]);
    const limited = size === null ? undefined : emit.node("Greater", [newLong, limit]);
    const choose = (then: Whole, otherwise: Whole): Whole =>
      limited === undefined ? then : emit.node("Where", [limited, then, otherwise]);
    const shrunk = scaled(newShort, limit, newLong);
    [newShort, newLong] = [choose(shrunk, newShort), choose(limit, newLong)];
  }
  const upright = emit.node("LessOrEqual", [width, height]);
  return [emit.node("Where", [upright, newLong, newShort]), emit.node("Where", [upright, newShort, newLong])];
}

/** The middle `length` pixels; where there are fewer, black around them, of an odd number the last one behind. */
function centred(emit: Emitter, size: Whole, length: number): AxisWindow {
  const beyond = emit.sub(size, emit.integers([length]));
  const half = emit.mul(toDouble(emit, beyond), double(emit, 0.5));
  const even = toWhole(emit, emit.node("Round", [half]));
  const missing = emit.node("Neg", [halfOf(emit, emit.node("Neg", [beyond]))]);
  const fits = emit.node("GreaterOrEqual", [beyond, emit.integers([0])]);
  return { size, offset: emit.node("Where", [fits, even, missing]), length: emit.integers([length]) };
}

/** Half of a number that is not negative, cut to a whole one. */
function halfOf(emit: Emitter, value: Whole): Whole {
  return emit.node("Div", [value, emit.integers([2])]);
}

function double(emit: Emitter, value: number): string {
  return emit.constant("double", hostTensor("float64", [1], Float64Array.of(value)));
}

function toDouble(emit: Emitter, value: Whole): string {
  return emit.node("Cast", [value], { to: onnxType("float64") });
}

function filterOf({ interpolation }: Options): Filter {
  const name = interpolation as Interpolation;
  if (name !== "nearest") return FILTERS[name];
  throw unknown("Resize by nearest cannot be part of a model", "use another interpolation");
}

function heightAndWidth(size: Size): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

function colour(fill: unknown): [number, number, number] {
  return (typeof fill === "number" ? [fill, fill, fill] : fill) as [number, number, number];
}

function allSides(padding: number | readonly number[]): readonly [number, number, number, number] {
  const [left, top, right = left, bottom = top] = (
    typeof padding === "number" ? [padding, padding] : padding
  ) as [number, number, number?, number?];
  return [left, top, right, bottom];
}

function unknown(message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "EXPORT_PIXELS", message, {
    where: "transforms.val_transforms",
    hint: `export with --input float, or change the transforms: ${hint}`,
  });
}
