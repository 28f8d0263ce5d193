// What is drawn as a file: SVG and PNG for a paper, GraphML for other tools. A picture is as wide as
// the text of a journal (180 mm), with type of 9 points, and has a legend and its source inside.
import { clip, says } from "./graph.js";

const WIDTH = 680; // pixels of 1/96 inch: 180 mm
const FEW = 16; // things up to which a picture keeps the form of the drawing; with more it is drawn out in height
const HIGHEST = 32000; // pixels: browsers draw nothing on a canvas that is much higher
const FONT = 12; // 9 points
const MARGIN = 24;
const COLOURS = ["#1f5fa8", "#c9500b", "#00805c", "#b14a86", "#7a4b12", "#0b7f9c", "#5b4a9a", "#5c666e"];
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const text = (value) => String(value).replace(/[&<>"]/g, (char) => ESCAPED[char]);
const round = (number) => Math.round(number * 10) / 10;

export function svg(graph, seen, { title, source }, font) {
  const nodes = seen.nodes().toArray();
  const box = seen.nodes().boundingBox({ includeLabels: false });
  const room = WIDTH - 2 * MARGIN - 120;
  const across = Math.min(1, room / Math.max(1, box.w));
  const down = across * Math.max(1, nodes.length / FEW);
  const top = MARGIN + 44;
  const place = (node) => ({
    x: MARGIN + 60 + (node.position("x") - box.x1) * across + (room - box.w * across) / 2,
    y: top + 10 + (node.position("y") - box.y1) * down,
  });
  const kinds = [...new Set(nodes.map((node) => node.data("kind")))].sort();
  const taken = [];
  const shapes = nodes.map((node) => {
    const { x, y } = place(node);
    const size = node.hasClass("start") ? 20 : 13;
    taken.push([x - size / 2, y - size / 2, x + size / 2, y + size / 2]);
    const { colour, outline } = graph.look(node.data("kind"));
    return `<a href="${text(new URL(node.data("href") ?? "", location.href))}"><path transform="translate(${round(x - size / 2)} ${round(y - size / 2)}) scale(${round(size / 16 * 100) / 100})" d="${outline}" fill="${COLOURS[colour]}"><title>${text(`${node.data("label")} (${node.data("kind")})`)}</title></path></a>`;
  });
  const names = nodes.toSorted((one, other) => other.degree() - one.degree()).map((node) => named(node, place(node), taken)).join("");
  const below = Math.max(top, ...taken.map((one) => one[3])) + 30; // the lowest thing or name
  const lines = seen.edges().map((edge) => line(edge, place, taken)).join("");
  const legend = kinds.map((kind, at) => {
    const { colour, outline } = graph.look(kind);
    const [x, y] = [MARGIN + (at % 3) * 215, below + Math.floor(at / 3) * 20];
    return `<path transform="translate(${x} ${y - 11}) scale(.75)" d="${outline}" fill="${COLOURS[colour]}"/><text x="${x + 18}" y="${y}">${text(kind)}</text>`;
  }).join("");
  const foot = below + Math.ceil(kinds.length / 3) * 20 + 8;
  const words = wrap(source, Math.floor(WIDTH / 6.3));
  const height = foot + words.length * 16 + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="180mm" height="${round(height * 180 / WIDTH)}mm" viewBox="0 0 ${WIDTH} ${round(height)}" font-family="Inter, 'Noto Sans', sans-serif" font-size="${FONT}" fill="#16202b">
<title>${text(title)}</title>
<style>@font-face { font-family: Inter; src: url("${font}") format("woff2"); font-weight: 400 700; }</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 8 4 0 7z" fill="#6b7680"/></marker></defs>
<rect width="${WIDTH}" height="${round(height)}" fill="#fff"/>
<text x="${MARGIN}" y="${MARGIN + 12}" font-size="18" font-weight="600">${text(clip(title, Math.floor(WIDTH / 10)))}</text>
${lines}${shapes.join("")}
<g stroke="#fff" stroke-width="3" paint-order="stroke" stroke-linejoin="round">${names}</g>
${legend}
${words.map((part, at) => `<text x="${MARGIN}" y="${foot + at * 16}" font-size="11" fill="#4f5b67">${text(part)}</text>`).join("")}
</svg>
`;
}

// A name below, above, right or left of its thing, where there is room, else where least is covered.
function named(node, { x, y }, taken) {
  const lines = wrap(clip(node.data("label"), 100), 28).slice(0, 4);
  const wide = Math.max(...lines.map((part) => part.length)) * FONT * 0.55;
  const tall = lines.length * (FONT + 2);
  const spots = [["middle", 0, 22], ["start", 11, 4], ["end", -11, 4], ["middle", 0, 2 - tall]].map(([anchor, dx, dy]) => {
    const from = x + dx - { middle: wide / 2, start: 0, end: wide }[anchor];
    const left = Math.max(4, Math.min(WIDTH - 4 - wide, from));
    const box = [left, y + dy - FONT, left + wide, y + dy - FONT + tall];
    return { anchor, at: x + dx + left - from, dy, box, covered: Math.abs(left - from) * tall + covered(box, taken) };
  });
  const best = spots.reduce((one, other) => (other.covered < one.covered ? other : one));
  taken.push(best.box);
  return `<text text-anchor="${best.anchor}">${lines.map((part, row) => `<tspan x="${round(best.at)}" y="${round(y + best.dy + row * (FONT + 2))}">${text(part)}</tspan>`).join("")}</text>`;
}

// How much of a box others take, in square pixels.
function covered(box, taken) {
  return taken.reduce((sum, other) => sum + Math.max(0, Math.min(box[2], other[2]) - Math.max(box[0], other[0]))
    * Math.max(0, Math.min(box[3], other[3]) - Math.max(box[1], other[1])), 0);
}

function line(edge, place, taken) {
  const [from, to] = [place(edge.source()), place(edge.target())];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const strong = edge.hasClass("statement") || edge.hasClass("way");
  const drawn = `<path d="M${round(from.x)} ${round(from.y)}L${round(to.x - ux * 10)} ${round(to.y - uy * 10)}" stroke="${strong ? "#6b7680" : "#b9c1c8"}" stroke-width="${strong ? 1.5 : 1}" marker-end="url(#arrow)"/>`;
  const word = clip(says(edge), 24);
  const width = word.length * 11 * 0.53;
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const box = [x - width / 2, y - 8, x + width / 2, y + 5];
  if (!(strong || edge.hasClass("named")) || width > length - 10 || !free(box, taken)) return drawn;
  taken.push(box);
  return `${drawn}<text x="${round(x)}" y="${round(y + 4)}" text-anchor="middle" fill="#4f5b67" stroke="#fff" stroke-width="3" paint-order="stroke">${text(word)}</text>`;
}

function free(box, taken) {
  return !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
}

function wrap(words, most) {
  const lines = [""];
  for (const word of words.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) && " "}${word}`;
  }
  return lines;
}

// The font of the pages, as an address that holds it: a picture knows no other files.
export async function fontInside() {
  const file = await (await fetch("/static/fonts/inter.woff2?5.3.0")).blob();
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
  const times = Math.min(3, HIGHEST / image.naturalHeight);
  canvas.width = Math.round(image.naturalWidth * times);
  canvas.height = Math.round(image.naturalHeight * times);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

const KEYS = [["node", "label"], ["node", "kind"], ["node", "page"], ["node", "x"], ["node", "y"],
  ["edge", "label"], ["edge", "property"], ["edge", "statement"]];

export function graphml(seen, { title, source }) {
  const data = (of, values) => Object.entries(values).filter(([, value]) => value)
    .map(([name, value]) => `<data key="${of}-${name}">${text(value)}</data>`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${KEYS.map(([of, name]) => `<key id="${of}-${name}" for="${of}" attr.name="${name}" attr.type="${name === "x" || name === "y" ? "double" : "string"}"/>`).join("\n")}
<graph id="drawn" edgedefault="directed"><desc>${text(`${title}. ${source}`)}</desc>
${seen.nodes().map((node) => `<node id="${text(node.id())}">${data("node", { label: node.data("label"), kind: node.data("kind"), page: String(new URL(node.data("href") ?? "", location.href)), x: round(node.position("x")), y: round(-node.position("y")) })}</node>`).join("\n")}
${seen.edges().map((edge, at) => `<edge id="e${at}" source="${text(edge.data("source"))}" target="${text(edge.data("target"))}">${data("edge", { label: says(edge), property: edge.data("properties").join(" "), statement: edge.data("statement") })}</edge>`).join("\n")}
</graph>
</graphml>
`;
}
