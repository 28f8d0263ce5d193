// A plugin for results: bars of the first numeric column over the first other one.
const MOST = 60;
const NUMERIC = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const SVG = "http://www.w3.org/2000/svg";

function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  const drawn = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

export class ChartPlugin {
  priority = 5;
  label = "Chart";

  constructor(yasr) {
    this.yasr = yasr;
  }

  columns() {
    const bindings = this.yasr.results?.getBindings() ?? [];
    const names = this.yasr.results?.getVariables() ?? [];
    const numeric = names.find((name) => bindings.length > 0
      && bindings.every((row) => !row[name] || NUMERIC.test(row[name].datatype ?? "")));
    const label = names.find((name) => name !== numeric);
    return { bindings, numeric, label };
  }

  canHandleResults() {
    const { bindings, numeric, label } = this.columns();
    return Boolean(numeric && label && bindings.length > 1);
  }

  getIcon() {
    return icon("M1 14h14v1H1zM2 8h3v5H2zM7 3h3v10H7zM12 6h3v7h-3z");
  }

  draw() {
    const { bindings, numeric, label } = this.columns();
    const rows = bindings.slice(0, MOST);
    const most = Math.max(...rows.map((row) => Number(row[numeric]?.value ?? 0)), 0) || 1;
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const list = document.createElement("ol");
    figure.className = "chart";
    caption.textContent = `${numeric} by ${label}${bindings.length > MOST ? `, the first ${MOST} of ${bindings.length}` : ""}`;
    for (const row of rows) {
      const entry = document.createElement("li");
      const name = document.createElement("span");
      const bar = document.createElementNS(SVG, "svg");
      const rect = document.createElementNS(SVG, "rect");
      const value = document.createElement("span");
      name.className = "bar-label";
      name.textContent = short(row[label]?.value ?? "");
      bar.setAttribute("class", "bar");
      bar.setAttribute("viewBox", "0 0 100 10");
      bar.setAttribute("preserveAspectRatio", "none");
      bar.setAttribute("aria-hidden", "true");
      rect.setAttribute("width", String(Math.max(0, 100 * Number(row[numeric]?.value ?? 0) / most)));
      rect.setAttribute("height", "10");
      bar.append(rect);
      value.className = "bar-value";
      value.textContent = row[numeric]?.value ?? "";
      entry.append(name, bar, value);
      list.append(entry);
    }
    figure.append(caption, list);
    this.yasr.resultsEl.replaceChildren(figure);
  }
}

function short(text) {
  return /^https?:/.test(text) ? text.replace(/^.*[/#]/, "") : text;
}
