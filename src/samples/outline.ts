// Plane geometry of the sample pictures: centre lines with styled corners, stroked into filled polygons.

/** In the units of whoever draws; y grows downwards. */
export type Point = readonly [x: number, y: number];
/** Corners in order; the last is joined to the first. */
export type Polygon = readonly Point[];

/** The line along which a pen goes. Its corners are cut or rounded, except those marked sharp. */
export interface CentreLine {
  readonly points: readonly Corner[];
  readonly closed: boolean;
}
/** A point of a centre line, and whether it stays sharp. Default: it does not. */
export type Corner = readonly [x: number, y: number, sharp?: boolean];

/** Reads a centre line: "x,y x,y ...", with `!` after a corner that stays sharp and ` z` where the line is closed. */
export function centreLine(text: string): CentreLine {
  const closed = text.endsWith(" z");
  const points = (closed ? text.slice(0, -2) : text).split(" ").map((word): Corner => {
    const [x, y] = word.replace("!", "").split(",");
    return [Number(x), Number(y), word.endsWith("!")];
  });
  return { points, closed };
}

/** Reads points: "x,y x,y ...". */
export function readPoints(text: string): Point[] {
  return centreLine(text).points.map(([x, y]): Point => [x, y]);
}

/** How a corner is softened: by an arc, or by a straight cut. */
export type CornerStyle = "round" | "chamfer";

/** A cubic Bezier curve approximates a quarter circle best with its handles at this share of the radius. */
const CIRCLE_HANDLE = 0.5523;
const MITRE_LIMIT = 3;
const CURVE_STEPS = 4;

const lerp = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** The points of a line with its inner corners cut or rounded by up to `radius`. */
export function styleCorners({ points, closed }: CentreLine, radius: number, style: CornerStyle): Point[] {
  const count = points.length;
  const styled: Point[] = [];
  points.forEach(([x, y, sharp], index) => {
    const here: Point = [x, y];
    const isEnd = !closed && (index === 0 || index === count - 1);
    if (isEnd || sharp) {
      styled.push(here);
      return;
    }
    const [px, py] = points[(index + count - 1) % count]!;
    const [nx, ny] = points[(index + 1) % count]!;
    const before: Point = [px, py];
    const after: Point = [nx, ny];
    const cut = Math.min(radius, distance(before, here) / 2, distance(here, after) / 2);
    const start = lerp(here, before, cut / distance(before, here));
    const end = lerp(here, after, cut / distance(here, after));
    if (style === "chamfer") styled.push(start, end);
    else
      for (let step = 0; step <= CURVE_STEPS; step++)
        styled.push(arcPoint(start, here, end, step / CURVE_STEPS));
  });
  return styled;
}

/** The point at `t` on the curve that leaves `start` and reaches `end` along the two sides of `corner`. */
function arcPoint(start: Point, corner: Point, end: Point, t: number): Point {
  const a = lerp(start, corner, CIRCLE_HANDLE);
  const b = lerp(end, corner, CIRCLE_HANDLE);
  const middle = lerp(a, b, t);
  return lerp(lerp(lerp(start, a, t), middle, t), lerp(middle, lerp(b, end, t), t), t);
}

/**
 * The outline of a stroke of `width` along `line`: a set of polygons, all wound the same way, whose union is the
 * stroke. Open ends are flat and reach `startCap` and `endCap` beyond the first and the last point; joins are mitred, or bevelled where a mitre
 * would be a long spike.
 */
export function stroke(
  line: readonly Point[],
  closed: boolean,
  width: number,
  startCap = 0,
  endCap = 0,
): Polygon[] {
  const half = width / 2;
  const path = line.filter((point, index) => index === 0 || distance(line[index - 1]!, point) > 1e-6);
  if (closed && distance(path[0]!, path.at(-1)!) < 1e-6) path.pop();
  const segments = closed ? path.length : path.length - 1;
  const polygons: Polygon[] = [];
  for (let i = 0; i < segments; i++) {
    const from = path[i]!;
    const to = path[(i + 1) % path.length]!;
    const along: Point = [(to[0] - from[0]) / distance(from, to), (to[1] - from[1]) / distance(from, to)];
    const normal: Point = [-along[1] * half, along[0] * half];
    const start = !closed && i === 0 ? move(from, along, -startCap) : from;
    const end = !closed && i === segments - 1 ? move(to, along, endCap) : to;
    polygons.push([
      move(start, normal, 1),
      move(end, normal, 1),
      move(end, normal, -1),
      move(start, normal, -1),
    ]);
    if (closed || i < segments - 1) {
      const next = path[(i + 2) % path.length]!;
      polygons.push(join(to, along, next, half));
    }
  }
  return polygons.map(windPositively);
}

const move = (point: Point, by: Point, times: number): Point => [
  point[0] + by[0] * times,
  point[1] + by[1] * times,
];

/** The wedge on the outer side of the corner at `at`, between a segment along `along` and the one to `next`. */
function join(at: Point, along: Point, next: Point, half: number): Polygon {
  const length = distance(at, next);
  const onward: Point = [(next[0] - at[0]) / length, (next[1] - at[1]) / length];
  const turn = along[0] * onward[1] - along[1] * onward[0];
  const side = turn > 0 ? -half : half;
  const first: Point = [at[0] - along[1] * side, at[1] + along[0] * side];
  const second: Point = [at[0] - onward[1] * side, at[1] + onward[0] * side];
  const cosine = along[0] * onward[0] + along[1] * onward[1];
  const mitre = Math.sqrt(2 / Math.max(1 + cosine, 1e-9));
  if (mitre > MITRE_LIMIT) return [at, first, second];
  const middle = lerp(first, second, 0.5);
  const scale = (half * mitre) / Math.max(distance(at, middle), 1e-9);
  return [at, first, lerp(at, middle, scale), second];
}

function windPositively(polygon: Polygon): Polygon {
  let area = 0;
  polygon.forEach(([x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length]!;
    area += x * nextY - nextX * y;
  });
  return area < 0 ? polygon.toReversed() : polygon;
}

/** The polygon with points put in so that no edge is longer than `longest`: ready for a map that bends lines. */
export function subdivide(polygon: Polygon, longest: number): Point[] {
  const points: Point[] = [];
  polygon.forEach((point, index) => {
    const next = polygon[(index + 1) % polygon.length]!;
    const pieces = Math.ceil(distance(point, next) / longest);
    points.push(point);
    for (let piece = 1; piece < pieces; piece++) points.push(lerp(point, next, piece / pieces));
  });
  return points;
}

/** The points on the other side of the y axis. */
export function mirror(points: readonly Point[]): Point[] {
  return points.map(([x, y]): Point => [-x, y]);
}

/** An ellipse as a polygon of `corners` points. */
export function ellipse(centre: Point, radiusX: number, radiusY: number, corners = 28): Polygon {
  return Array.from({ length: corners }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / corners;
    return [centre[0] + radiusX * Math.cos(angle), centre[1] + radiusY * Math.sin(angle)];
  });
}
