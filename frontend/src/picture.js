// What is drawn as a picture for a paper: SVG, and PNG of it. As wide as the text of a journal
// (180 mm), with type of 9 points, everything where it is on the screen, a legend and its source.
import { clip, says, sizeOf } from "./graph.js";
import { around, readable, spread, wide } from "./places.js";

const WIDTH = 680; // pixels of 1/96 inch: 180 mm
const TALLEST = 2; // the shape of a page: what needs more room in type of that size has a larger sheet
const FONT = 12; // 9 points
const LINE = 14;
const LETTER = 6.4; // how wide a letter is
const MARGIN = 24;
export const COLOURS = ["#1f5fa8", "#c9500b", "#00805c", "#b14a86", "#7a4b12", "#0b7f9c", "#5b4a9a", "#5c666e"];
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export const text = (value) => String(value).replace(/[&<>"]/g, (char) => ESCAPED[char]);
const round = (number) => Math.round(number * 10) / 10;

export function svg(graph, seen, facts, font) {
  const { things, sheet } = placed(seen);
  const below = Math.max(...things.map(({ place, box }) => place.y + box[3])) + 26; // the lowest name
  const at = new Map(things.map((thing) => [thing.node.id(), thing.place]));
  const kinds = [...new Set(things.map(({ node }) => node.data("kind")))].sort();
  const columns = Math.max(1, Math.floor((sheet - 2 * MARGIN) / 205));
  const legend = kinds.map((kind, number) => {
    const { colour, outline } = graph.look(kind);
    const [x, y] = [MARGIN + (number % columns) * 205, below + Math.floor(number / columns) * 20];
    return `<path transform="translate(${x} ${y - 11}) scale(.75)" d="${outline}" fill="${COLOURS[colour]}"/><text x="${x + 18}" y="${y}">${text(kind)}</text>`;
  });
  const foot = below + Math.ceil(kinds.length / columns) * 20 + 8;
  const source = wrap(`${facts.source} Licence: ${facts.terms}.`, Math.floor((sheet - 2 * MARGIN) / 6));
  const height = foot + source.length * 16 + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(sheet * 180 / WIDTH)}mm" height="${round(height * 180 / WIDTH)}mm" viewBox="0 0 ${sheet} ${round(height)}" font-family="Inter, 'Noto Sans', sans-serif" font-size="${FONT}" fill="#16202b">
<title>${text(facts.title)}</title>
<style>@font-face { font-family: Inter; src: url("${font}") format("woff2"); font-weight: 400 700; }</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 8 4 0 7z" fill="#6b7680"/></marker></defs>
<rect width="${sheet}" height="${round(height)}" fill="#fff"/>
<text x="${MARGIN}" y="${MARGIN + 12}" font-size="18" font-weight="600">${text(clip(facts.title, Math.floor(sheet / 10)))}</text>
${seen.edges().map((edge) => line(edge, at)).join("")}
${things.map((thing) => shape(graph, thing)).join("")}
<g stroke="#fff" stroke-width="3" paint-order="stroke" stroke-linejoin="round" text-anchor="middle">${things.map(name).join("")}<g fill="#4f5b67">${words(seen, at, things)}</g></g>
${legend.join("")}
${source.map((part, row) => `<text x="${MARGIN}" y="${foot + row * 16}" font-size="11" fill="#4f5b67">${text(part)}</text>`).join("")}
</svg>
`;
}

// The things as they are to each other on the screen, none over another, and how wide the sheet is:
// taller than the drawing is on the screen where that keeps it as wide as the text.
function placed(seen) {
  const things = seen.nodes().map((node) => {
    const size = node.hasClass("start") ? 20 : 13;
    const lines = wrap(clip(node.data("label"), 60), 19);
    const half = Math.max(size, ...lines.map((part) => part.length * LETTER)) / 2 + 3;
    return { node, size, lines, box: [-half, -size / 2 - 3, half, size / 2 + lines.length * LINE + 6] };
  });
  const boxes = things.map(({ box }) => box);
  const drawn = seen.nodes().boundingBox();
  const from = things.map(({ node }) => node.position());
  const at = new Map(things.map(({ node }, index) => [node.id(), index]));
  const links = seen.edges().map((edge) => [at.get(edge.source().id()), at.get(edge.target().id())]);
  let [shape, places, box] = [drawn.w / drawn.h];
  do {
    const others = spread(from, boxes, links, [shape, 1]);
    const other = around(others, boxes);
    if (!box || wide(other) < wide(box)) [places, box] = [others, other];
    shape *= 0.75;
  } while (wide(box) > WIDTH - 2 * MARGIN && shape > 1 / TALLEST);
  const sheet = Math.round(Math.max(WIDTH, wide(box) + 2 * MARGIN));
  const [x, y] = [(sheet - wide(box)) / 2 - box[0], MARGIN + 30 - box[1]];
  return { sheet, things: things.map((thing, at) => ({ ...thing, place: { x: places[at].x + x, y: places[at].y + y } })) };
}

function shape(graph, { node, size, place }) {
  const { colour, outline } = graph.look(node.data("kind"));
  return `<a href="${text(new URL(node.data("href") ?? "", location.href))}"><path transform="translate(${round(place.x - size / 2)} ${round(place.y - size / 2)}) scale(${round(size / 16 * 100) / 100})" d="${outline}" fill="${COLOURS[colour]}"><title>${text(`${node.data("label")} (${node.data("kind")})`)}</title></path></a>`;
}

function name({ size, lines, place }) {
  return `<text>${lines.map((part, row) => `<tspan x="${round(place.x)}" y="${round(place.y + size / 2 + FONT + 2 + row * LINE)}">${text(part)}</tspan>`).join("")}</text>`;
}

function line(edge, at) {
  const [from, to] = [at.get(edge.source().id()), at.get(edge.target().id())];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const strong = edge.hasClass("statement") || edge.hasClass("way");
  return `<path d="M${round(from.x)} ${round(from.y)}L${round(to.x - (to.x - from.x) / length * 10)} ${round(to.y - (to.y - from.y) / length * 10)}" stroke="${strong ? "#6b7680" : "#b9c1c8"}" stroke-width="${strong ? 1.5 : 1}" marker-end="url(#arrow)"/>`;
}

// What the links say that do so on the screen, where it covers nothing here.
function words(seen, at, things) {
  const said = seen.edges().filter(".named").map((edge) => (
    { edge, from: at.get(edge.source().id()), to: at.get(edge.target().id()), size: sizeOf(edge) }));
  const taken = things.map(({ place, box }) => [place.x + box[0], place.y + box[1], place.x + box[2], place.y + box[3]]);
  return readable(said, taken).map(({ edge, x, y }) => `<text x="${round(x)}" y="${round(y + 4)}">${text(says(edge))}</text>`).join("");
}

// Words in lines of a length; a longer one, such as an address, goes on in the next line.
export function wrap(words, most) {
  const lines = [""];
  for (const word of words.split(" ").flatMap((one) => one.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) && " "}${word}`;
  }
  return lines;
}

// The font of the pages, as an address that holds it: a picture knows no other files.
export async function fontInside() {
  const file = await (await fetch(document.querySelector("link[rel=preload][as=font]").href)).blob();
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(file);
  });
}

// The picture in three times its size: 288 dots an inch.
export async function png(picture) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * 3);
  canvas.height = Math.round(image.naturalHeight * 3);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}
