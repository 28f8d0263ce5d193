// Bars of the first column of numbers over the first other one.
const MOST = 60;
const SVG = "http://www.w3.org/2000/svg";

// The columns to draw, or null: every cell of the one is a number, and one at least is there.
export function measured(names, rows, isNumber) {
  const number = names.find((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])));
  const label = names.find((name) => name !== number);
  return number && label && rows.length > 1 ? { number, label } : null;
}

export function bars(rows, { number, label }, shown) {
  const drawn = rows.slice(0, MOST);
  const values = drawn.map((row) => Number(row[number]?.value ?? 0));
  const most = Math.max(...values, 0) || 1;
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const list = document.createElement("ol");
  figure.className = "chart";
  caption.textContent = `${number} by ${label}${rows.length > MOST ? `, the first ${MOST} of ${rows.length}` : ""}`;
  drawn.forEach((row, at) => {
    const entry = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElementNS(SVG, "svg");
    const rect = document.createElementNS(SVG, "rect");
    const value = document.createElement("span");
    name.className = "bar-label";
    name.textContent = shown(row[label]);
    bar.setAttribute("class", "bar");
    bar.setAttribute("viewBox", "0 0 100 10");
    bar.setAttribute("preserveAspectRatio", "none");
    bar.setAttribute("aria-hidden", "true");
    rect.setAttribute("width", String(Math.max(0, 100 * values[at] / most)));
    rect.setAttribute("height", "10");
    bar.append(rect);
    value.className = "bar-value";
    value.textContent = row[number] ? shown(row[number]) : "no value";
    entry.append(name, bar, value);
    list.append(entry);
  });
  figure.append(caption, list);
  return figure;
}
