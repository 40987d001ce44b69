// Elementwise nodes, alone or in groups, and one-hot rows.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { type ElementwiseMember, scalarConstant } from "../../planning/index.ts";
import type { Inline, Planner } from "../plan/planner.ts";
import { elementTypeOf, isDense, isHalf, liesAs, newTensor, type Tensor } from "../plan/tensor.ts";
import { elementwiseKernel } from "../wgsl/elementwise.ts";
import { expressionOf, isElementwise, literal } from "../wgsl/expressions.ts";

/** Whether a node can be computed in one pass with others over the shape of its result. */
export function joinsElementwise(node: BoundNode): boolean {
  return isElementwise(node);
}

/** A node by itself, as a group of one. */
export function lowerElementwiseNode(planner: Planner, node: BoundNode): void {
  lowerElementwise(planner, [{ kind: "op", node }]);
}

/** A group of nodes as one kernel, or as several where they have more operands than a kernel may bind. */
export function lowerElementwise(planner: Planner, members: readonly ElementwiseMember[]): void {
  let part: ElementwiseMember[] = [];
  for (const member of members) {
    const longer = [...part, member];
    if (part.length > 0 && bindingsOf(planner, longer) > planner.traits.bindings) {
      lowerPart(planner, part);
      part = [member];
    } else part = longer;
  }
  lowerPart(planner, part);
}

function resultOf(member: ElementwiseMember): BoundValue {
  return member.kind === "op" ? member.node.outputs[0]! : member.result;
}

function operandsOf(member: ElementwiseMember): readonly BoundValue[] {
  return member.kind === "op" ? member.node.inputs : [member.upstream, member.activated];
}

/** Values that the members take from elsewhere, other than numbers. */
function inputsOf(members: readonly ElementwiseMember[]): BoundValue[] {
  const own = new Set(members.map(resultOf));
  const operands = members.flatMap(operandsOf);
  return [...new Set(operands)].filter((value) => !own.has(value) && scalarConstant(value) === undefined);
}

function outputsOf(planner: Planner, members: readonly ElementwiseMember[]): BoundValue[] {
  return members.map(resultOf).filter((value) => planner.isUsedBehind(value, members));
}

function bindingsOf(planner: Planner, members: readonly ElementwiseMember[]): number {
  const { held, inlined } = operandTensors(planner, members);
  const regions = new Set(held.map(({ region }) => region));
  const outputs = [...outputsOf(planner, members), ...inlinedOutputs(planner, members, inlined)];
  return regions.size + outputs.length;
}

/** A value that a kernel computes on the way, and the places of its operands among those of the kernel. */
interface Inlined {
  readonly value: BoundValue;
  readonly operands: readonly number[];
  readonly inline: Inline;
}

/** What the members' kernel reads: values where they lie, and operands of those that are not computed yet. */
function operandTensors(
  planner: Planner,
  members: readonly ElementwiseMember[],
): {
  readonly inputs: ReadonlyMap<BoundValue, number>;
  readonly held: readonly Tensor[];
  readonly inlined: readonly Inlined[];
} {
  const { shape } = resultOf(members[0]!);
  const inputs = new Map<BoundValue, number>();
  const held: Tensor[] = [];
  const inlined: Inlined[] = [];
  for (const value of inputsOf(members)) {
    const inline = value.shape.join() === shape.join() ? planner.inlineOf(value) : undefined;
    if (inline === undefined) inputs.set(value, held.push(planner.tensor(value)) - 1);
    else inlined.push({ value, inline, operands: inline.inputs.map((tensor) => held.push(tensor) - 1) });
  }
  return { inputs, held, inlined };
}

/** Values computed on the way that others read too. */
function inlinedOutputs(
  planner: Planner,
  members: readonly ElementwiseMember[],
  inlined: readonly Inlined[],
): BoundValue[] {
  return inlined.map(({ value }) => value).filter((value) => planner.isUsedBehind(value, members));
}

function lowerPart(planner: Planner, members: readonly ElementwiseMember[]): void {
  const { shape } = resultOf(members[0]!);
  const { inputs, held, inlined } = operandTensors(planner, members);
  const outputs = [...outputsOf(planner, members), ...inlinedOutputs(planner, members, inlined)];
  const strides = preferredStrides(held, shape);
  const sources = held.map((tensor) => broadcastTo(tensor, shape));
  const isOfHalves = held.some((tensor) => isHalf(tensor.type) && sizeOf(tensor.shape) === sizeOf(shape));
  const targets = outputs.map((value) => {
    const isFree = (place: Tensor): boolean =>
      sources.every((source) => source.region !== place.region || isSameOrApart(source, place));
    const place = planner.destination(value, stridesOf(shape), isFree);
    const small = place ?? (isSmall(value) ? planner.smallTensor(shape) : undefined);
    const type = isOfHalves && value.dtype === "float32" && !planner.isKept(value) ? planner.half : undefined;
    return planner.hold(value, small ?? newTensor(type ?? elementTypeOf(value.dtype), shape, strides));
  });
  const constants: number[] = [];
  // Kernels over few elements are given their numbers, so that those that differ in nothing else become one.
  const isShort = sizeOf(shape) <= SHORT;
  const number = (value: BoundValue): string => {
    const scalar = scalarConstant(value)!;
    if (!isShort || value.dtype !== "float32") return literal(elementTypeOf(value.dtype), scalar);
    return `c${constants.push(scalar) - 1}`;
  };
  const names = new Map<BoundValue, string>([...inputs].map(([value, i]) => [value, `x${i}`]));
  const lines = inlined.map(({ value, operands, inline }, i) => {
    names.set(value, `w${i}`);
    return `let w${i} = ${inline.expression(operands.map((operand) => `x${operand}`))};`;
  });
  const own = members.map((member) => {
    const result = resultOf(member);
    const operands = operandsOf(member).map((value) => names.get(value) ?? number(value));
    const name = `v${names.size}`;
    names.set(result, name);
    const expression =
      member.kind === "op"
        ? expressionOf(member.node, operands)
        : `select(0.0, ${operands[0]}, ${operands[1]} > 0.0)`;
    return `let ${name} = ${expression};`;
  });
  lines.push(...own, ...outputs.map((value, i) => `let y${i} = ${names.get(value)};`));
  const label = [
    ...inlined.map(({ value }) => value.node.op),
    ...members.map((member) => (member.kind === "op" ? member.node.op : "reluGrad")),
  ].join(" ");
  planner.emit(
    elementwiseKernel(
      {
        work: "elementwise",
        label,
        shape,
        inputs: sources,
        outputs: targets,
        constants,
        body: lines.join("\n  "),
      },
      planner.traits,
    ),
  );
}

/** Elements of a short kernel. */
const SHORT = 4096;

/** Results of a few elements lie beside others of their kind, so that kernels over several of them bind one buffer. */
function isSmall({ dtype, shape }: BoundValue): boolean {
  return dtype === "float32" && shape.length < 2 && (shape[0] ?? 1) <= 4;
}

/** Elements of a variable that is written are read by the same invocation, or are others. */
function isSameOrApart(source: Tensor, place: Tensor): boolean {
  return source.offset === place.offset && liesAs(source, place.strides) && isDense(source);
}

/** The strides of the first operand that fills the whole shape; else row by row. */
function preferredStrides(held: readonly Tensor[], shape: Shape): readonly number[] {
  const full = held.filter((tensor) => tensor.shape.join() === shape.join() && isDense(tensor));
  return (full.find(({ region }) => region.fixed === undefined) ?? full[0])?.strides ?? stridesOf(shape);
}

/** The tensor seen in a shape that it broadcasts to. */
export function broadcastTo(tensor: Tensor, shape: Shape): Tensor {
  const lead = shape.length - tensor.shape.length;
  const strides = shape.map((_, axis) =>
    axis < lead || tensor.shape[axis - lead] === 1 ? 0 : tensor.strides[axis - lead]!,
  );
  return { ...tensor, shape, strides };
}

/** A label out of range leaves its row zero. */
export function lowerOneHot(planner: Planner, node: BoundNode<"oneHot">): void {
  const [labels] = node.inputs;
  const [rows] = node.outputs;
  const { classes } = node.params;
  const held = planner.tensor(labels!);
  const shape = rows!.shape;
  const positions = planner.constant(
    "u32",
    [classes],
    Uint32Array.from({ length: classes }, (_, i) => i),
  );
  const source = broadcastTo({ ...held, shape: [...held.shape, 1], strides: [...held.strides, 0] }, shape);
  const matches = held.type === "i64" ? "x0.y == 0u && x0.x == x1" : "x0 >= 0 && u32(x0) == x1";
  planner.emit(
    elementwiseKernel(
      {
        work: "elementwise",
        label: "oneHot",
        shape,
        inputs: [source, broadcastTo(positions, shape)],
        outputs: [planner.produce(rows!)],
        body: `let y0 = select(0.0, 1.0, ${matches});`,
      },
      planner.traits,
    ),
  );
}
