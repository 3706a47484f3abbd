// `node server/dev/draw-world.ts`: draws the world once, so that no browser projects it: components/charts/world.json. Its test says when it is another than the packages'.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type GeoPath, type GeoPermissibleObjects, geoArea, geoNaturalEarth1, geoPath } from "d3-geo";
import countries from "i18n-iso-countries";
import { feature } from "topojson-client";

/** A country as it is drawn: its outline, none for one that is too small to have one, and where its middle is. */
export type DrawnCountry = { d: string | null; x: number; y: number };
export type DrawnWorld = {
  width: number;
  height: number;
  countries: Record<string, DrawnCountry>;
  /** Outlines of land that no code is of. */
  others: string[];
};

/** Whole numbers are exact enough: half a pixel where the picture is widest. */
const WIDTH = 1_920;
const HEIGHT = 940;
/** Nobody calls from there, and it is wide. */
const ANTARCTICA = "AQ";
/** Natural Earth has no number for it. */
const KOSOVO = "XK";

/** Places with a code of their own that the atlas draws as a part of another country, or not at all: longitude and latitude. */
const ELSEWHERE: Record<string, [number, number]> = {
  BQ: [-68.26, 12.18],
  CC: [96.87, -12.16],
  CX: [105.69, -10.45],
  GF: [-53.1, 3.9],
  GI: [-5.35, 36.14],
  GP: [-61.55, 16.25],
  MQ: [-61.02, 14.64],
  RE: [55.53, -21.12],
  SJ: [15.6, 78.2],
  TK: [-171.8, -9.2],
  TV: [179.2, -8.5],
  YT: [45.15, -12.83],
};

export const WORLD_FILE = path.join(import.meta.dirname, "../../components/charts/world.json");

type Topology = Parameters<typeof feature>[0];
type Land = GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon, { name: string }>;

function landOf(scale: "110m" | "50m"): Land[] {
  const file = createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`);
  const topology = JSON.parse(readFileSync(file, "utf8")) as Topology;
  const all = feature(topology, topology.objects.countries as never) as unknown as GeoJSON.FeatureCollection;
  return all.features as Land[];
}

function codeOf({ id, properties }: Land): string | null {
  if (properties.name === "Kosovo") return KOSOVO;
  return id === undefined ? null : (countries.numericToAlpha2(id) ?? null);
}

/** The largest part: the middle of France is not in the Atlantic. */
function mainlandOf({ geometry }: Land): GeoPermissibleObjects {
  if (geometry.type === "Polygon") return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: "Polygon" as const, coordinates }));
  return parts.reduce((largest, part) => (geoArea(part) > geoArea(largest) ? part : largest));
}

/** An outline in whole numbers, each point told from the one before it: half as long as d3's own. */
function outlineOf(draw: GeoPath, land: Land): string {
  let d = "";
  let at = [0, 0];
  const step = (command: string, x: number, y: number) => {
    const to = [Math.round(x), Math.round(y)];
    const by = to.map((value, axis) => value - (at[axis] as number));
    if (command === "l" && by.every((value) => value === 0)) return;
    d += `${command}${by[0]}${(by[1] as number) < 0 ? "" : " "}${by[1]}`;
    at = to;
  };
  let start = at;
  draw.context({
    beginPath() {},
    moveTo(x, y) {
      step("m", x, y);
      start = at;
    },
    lineTo: (x, y) => step("l", x, y),
    closePath() {
      d += "z";
      at = start;
    },
    arc() {},
  })(land);
  draw.context(null);
  return d;
}

export function drawWorld(): DrawnWorld {
  const outlines = landOf("110m").filter((land) => codeOf(land) !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitExtent(
    [
      [8, 8],
      [WIDTH - 8, HEIGHT - 8],
    ],
    { type: "FeatureCollection", features: outlines },
  );
  const draw = geoPath(projection);
  const placed = ([x, y]: [number, number]) => ({ x: Math.round(x), y: Math.round(y) });
  const middleOf = (land: Land) => placed(draw.centroid(mainlandOf(land)));
  const drawn: Record<string, DrawnCountry> = {};
  const others: string[] = [];
  for (const land of outlines) {
    const code = codeOf(land);
    const d = outlineOf(draw, land);
    if (code === null) others.push(d);
    else drawn[code] = { d, ...middleOf(land) };
  }
  for (const land of landOf("50m")) {
    const code = codeOf(land);
    if (code !== null && code !== ANTARCTICA) drawn[code] ??= { d: null, ...middleOf(land) };
  }
  for (const [code, point] of Object.entries(ELSEWHERE))
    drawn[code] ??= { d: null, ...placed(projection(point) as [number, number]) };
  const sorted = Object.entries(drawn).sort(([one], [other]) => (one < other ? -1 : 1));
  return { width: WIDTH, height: HEIGHT, countries: Object.fromEntries(sorted), others };
}

if (process.argv[1] === import.meta.filename) writeFileSync(WORLD_FILE, `${JSON.stringify(drawWorld())}\n`);
