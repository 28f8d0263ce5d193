// Bars of the first column of numbers over the first other one.
import { make } from "./make.js";

const MOST = 60;
const SVG = "http://www.w3.org/2000/svg";
const [WIDE, LEFT, END, ROW, HEAD] = [960, 300, 90, 28, 96];

// The columns to draw, or null: every cell of the one is a number, and one at least is there.
export function measured(names, rows, isNumber) {
  const number = names.find((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])));
  const label = names.find((name) => name !== number);
  return number && label && rows.length > 1 ? { number, label } : null;
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export class Chart {
  // shown: a cell in words.
  constructor(rows, { number, label }, shown) {
    this.caption = `${number} by ${label}${rows.length > MOST ? `, the first ${MOST} of ${rows.length}` : ""}`;
    this.bars = rows.slice(0, MOST).map((row) => ({
      name: shown(row[label]), value: Number(row[number]?.value ?? 0), text: row[number] ? shown(row[number]) : "no value" }));
    this.most = Math.max(...this.bars.map((bar) => bar.value), 0) || 1;
  }

  // How long a bar is, of a length.
  length(bar, of) {
    return String(Math.max(0, of * bar.value / this.most));
  }

  figure() {
    return make("figure", { className: "chart" }, make("figcaption", {}, this.caption), make("ol", {}, ...this.bars.map((bar) => make("li", {},
      make("span", { className: "bar-label" }, bar.name),
      drawn("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, drawn("rect", { width: this.length(bar, 100), height: "10" })),
      make("span", { className: "bar-value" }, bar.text)))));
  }

  // The chart as an SVG file, with a title above and where it comes from below.
  file(title, source) {
    const text = (x, y, words, more = {}) => drawn("text", { x, y, "font-size": 14, fill: "#16202b", ...more }, words);
    const cut = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
    const bottom = HEAD + ROW * this.bars.length;
    return new XMLSerializer().serializeToString(drawn("svg", { width: WIDE, height: bottom + 56, viewBox: `-24 0 ${WIDE} ${bottom + 56}`, "font-family": "Inter, 'Noto Sans', Arial, sans-serif" },
      drawn("rect", { x: -24, width: "100%", height: "100%", fill: "#fff" }),
      text(0, 40, cut(title, 72), { "font-size": 22, "font-weight": 700 }), text(0, 70, this.caption, { "font-weight": 600 }),
      ...this.bars.flatMap((bar, at) => [
        text(LEFT - 12, HEAD + ROW * at + 15, cut(bar.name, 38), { "text-anchor": "end" }),
        drawn("rect", { x: LEFT, y: HEAD + ROW * at, width: this.length(bar, WIDE - LEFT - END - 24), height: 20, fill: "#2d7f86" }),
        text(LEFT + 8 + Number(this.length(bar, WIDE - LEFT - END - 24)), HEAD + ROW * at + 15, bar.text, { "font-weight": 700 })]),
      text(0, bottom + 30, cut(source, 150), { "font-size": 11.5, fill: "#525d66" })));
  }
}
