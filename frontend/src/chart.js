// Bars of a column of numbers, named by one or two others.
import { make } from "./make.js";
import { wrap } from "./picture.js";

const MOST = 60;
const SVG = "http://www.w3.org/2000/svg";
const [WIDE, LEFT, END, LINE, AIR] = [760, 270, 70, 18, 10];
const MM = 180 / WIDE; // as wide as the text of a journal, with type of 9 points

// The columns of numbers of an answer: every cell of them is one, and one at least is there.
export function measured(names, rows, isNumber) {
  if (rows.length < 2 || names.length < 2) return [];
  return names.filter((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])));
}

// The first column, with the first other one that makes more of its values different.
export function named([first, ...others], rows, shown) {
  const different = (names) => new Set(rows.map((row) => names.map((name) => shown(row[name])).join("\n"))).size;
  const alone = different([first]);
  const best = others.find((name) => different([first, name]) === rows.length) ?? others.find((name) => different([first, name]) > alone);
  return alone === rows.length || !best ? [first] : [first, best];
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export class Chart {
  // shown: a cell in words.
  constructor(rows, { number, labels }, shown) {
    const said = (name) => name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").replaceAll("_", " ").toLowerCase();
    this.caption = `${said(number)} by ${labels.map(said).join(" and ")}${rows.length > MOST ? `, the first ${MOST} of ${rows.length}` : ""}`;
    this.bars = rows.slice(0, MOST).map((row) => ({
      name: labels.map((label) => shown(row[label])).filter(Boolean).join(", ") || "no name", value: Number(row[number]?.value ?? 0), text: row[number] ? shown(row[number]) : "no value" }));
    this.most = Math.max(...this.bars.map((bar) => bar.value), 0) || 1;
  }

  // How long a bar is, of a length.
  length(bar, of) {
    return Math.max(0, of * bar.value / this.most);
  }

  // The values are at the ends of the bars, which leave room for the longest.
  figure() {
    const room = Math.max(...this.bars.map(({ text }) => text.length)) + 2;
    const row = (bar) => {
      const length = make("i");
      length.style.width = `calc((100% - ${room}ch) * ${this.length(bar, 1)})`;
      return make("li", {}, make("span", { className: "bar-label" }, bar.name), make("span", { className: "bar-value" }, length, bar.text));
    };
    return make("figure", { className: "chart" }, make("figcaption", {}, this.caption), make("ol", {}, ...this.bars.map(row)));
  }

  // The chart as an SVG file, with a title above and where it comes from below. font: see picture.js.
  file(title, source, font) {
    const parts = [];
    let y = 40;
    const text = (x, at, words, more = {}) => parts.push(drawn("text", { x, y: at, "font-size": 14, fill: "#16202b", ...more }, words));
    const lines = (x, words, most, high, more) => wrap(words, most).forEach((line) => { text(x, y, line, more); y += high; });
    lines(0, title, 58, 28, { "font-size": 22, "font-weight": 700 });
    lines(0, this.caption, 90, LINE, { "font-weight": 600 });
    y += AIR;
    for (const bar of this.bars) {
      const long = this.length(bar, WIDE - LEFT - END - 24);
      parts.push(drawn("rect", { x: LEFT, y, width: long, height: 20, fill: "#2d7f86" }));
      text(LEFT + 8 + long, y + 15, bar.text, { "font-weight": 700 });
      y += 15;
      lines(LEFT - 12, bar.name, 36, LINE, { "text-anchor": "end" });
      y += AIR - 15;
    }
    y += 24;
    lines(0, source, 116, 16, { "font-size": 11.5, fill: "#525d66" });
    return new XMLSerializer().serializeToString(drawn("svg", { width: `${WIDE * MM}mm`, height: `${Math.round(y * MM * 10) / 10}mm`, viewBox: `-24 0 ${WIDE} ${y}`, "font-family": "Inter, 'Noto Sans', Arial, sans-serif" },
      drawn("style", {}, `@font-face { font-family: Inter; src: url("${font}") format("woff2"); font-weight: 400 700; }`),
      drawn("rect", { x: -24, width: "100%", height: "100%", fill: "#fff" }), ...parts));
  }
}
