// The explorer: start from a thing, go on step by step, filter, lay out, take away.
import { Graph, LAYOUTS } from "./graph.js";

const STEP = 40; // Things that one step adds; the next step of the same thing adds the following.
const MOST_EXPORTED = 300;
const MOST_NAMED = 12; // Links whose names are drawn next to them, when their thing is chosen.

function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset ?? {});
  made.append(...children);
  return made;
}

class Explorer {
  constructor(root) {
    this.root = root;
    this.fetched = new Map(); // by thing: its links as the service gave them
    this.shown = new Map(); // by thing: how many of them were added
    this.hiddenKinds = new Set();
    this.hiddenLinks = new Set();
    this.selected = null;
    this.build();
    this.graph = new Graph(this.canvas);
    this.graph.cy.on("tap", "node", (event) => this.select(event.target.id()));
    this.graph.cy.on("dbltap", "node", (event) => this.expand(event.target.id()));
    this.graph.cy.on("tap", (event) => { if (event.target === this.graph.cy) this.select(null); });
  }

  build() {
    const formats = document.getElementById("export-formats").content.cloneNode(true);
    this.canvas = make("div", { className: "canvas" });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Drawing of the links; the same things are in the list next to it");
    this.status = make("p", { className: "total", role: "status" });
    this.status.setAttribute("role", "status");
    this.panel = make("div", { className: "chosen-thing" });
    this.kinds = make("fieldset", { className: "filter" });
    this.links = make("fieldset", { className: "filter" });
    this.list = make("ul", { className: "node-list" });
    const layout = make("select", { id: "layout" },
      ...Object.entries(LAYOUTS).map(([value, text]) => make("option", { value }, text)));
    layout.addEventListener("change", () => this.graph.layout(layout.value));
    this.format = make("select", { id: "export-format" }, formats);
    const fit = this.button("Fit to the window", () => this.graph.cy.fit(undefined, 30));
    const download = this.button("Download", () => this.download());
    download.id = "export-download";
    this.root.append(
      make("div", { className: "bar" },
        make("label", { htmlFor: "layout" }, "Lay out"), layout, fit,
        make("label", { htmlFor: "export-format" }, "Take away as"), this.format, download),
      this.status,
      make("div", { className: "stage" }, this.canvas,
        make("div", { className: "aside" }, this.panel, this.kinds, this.links,
          make("details", { className: "group" }, make("summary", {}, "All things drawn"), this.list))));
    this.root.hidden = false;
  }

  button(text, action) {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", action);
    return made;
  }

  async linksOf(name) {
    const address = new URL(this.root.dataset.links, location.href);
    address.searchParams.set("thing", name);
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  async start(name) {
    const answer = await this.linksOf(name);
    const start = answer.nodes[0];
    this.fetched.set(start.id, answer);
    this.graph.add([start], []).addClass("start");
    await this.expand(start.id);
    this.select(start.id);
  }

  async expand(id) {
    if (!this.fetched.has(id)) {
      try {
        this.fetched.set(id, await this.linksOf(this.graph.cy.getElementById(id).data("name")));
      } catch {
        this.status.textContent = "The links could not be had. Try again.";
        return;
      }
    }
    const answer = this.fetched.get(id);
    const from = this.shown.get(id) ?? 0;
    const edges = spread(answer.edges).slice(from, from + STEP);
    const wanted = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
    this.shown.set(id, from + edges.length);
    this.graph.add(answer.nodes.filter((node) => wanted.has(node.id)), edges);
    this.joinUp(answer);
    this.filters();
    this.graph.layout();
    this.report();
    if (this.selected) this.select(this.selected);
  }

  // Links among things that are drawn already, wherever they came from.
  joinUp() {
    for (const answer of this.fetched.values()) this.graph.add([], answer.edges);
  }

  remove(id) {
    this.graph.cy.getElementById(id).remove();
    this.shown.delete(id);
    this.select(null);
    this.filters();
    this.report();
  }

  select(id) {
    const cy = this.graph.cy;
    this.selected = id;
    cy.elements().unselect();
    cy.edges().removeClass("linked named");
    this.panel.replaceChildren();
    if (!id || cy.getElementById(id).empty()) {
      this.panel.append(make("p", { className: "hint" }, "Choose a thing in the drawing or in the list."));
      return;
    }
    const node = cy.getElementById(id);
    node.select();
    const links = node.connectedEdges().addClass("linked");
    if (links.length <= MOST_NAMED) links.addClass("named");
    const answer = this.fetched.get(id);
    const left = answer ? answer.edges.length - (this.shown.get(id) ?? 0) : null;
    this.panel.append(
      make("h2", {}, node.data("label")),
      make("p", { className: "kind" }, node.data("kind")),
      make("p", {}, make("a", { href: node.data("href") }, "Its page")));
    if (left === null || left > 0) {
      const more = this.button(left === null ? "Show its links" : `Show ${Math.min(left, STEP)} more of its ${answer.total} links`, () => this.expand(id));
      more.id = "expand";
      this.panel.append(more);
    }
    this.panel.append(this.button("Take it out", () => this.remove(id)));
  }

  filters() {
    const cy = this.graph.cy;
    this.filter(this.kinds, "Kinds of thing", counts(cy.nodes(), "kind"), this.hiddenKinds, true);
    this.filter(this.links, "Kinds of link", counts(cy.edges(), "label"), this.hiddenLinks, false);
    this.apply();
  }

  filter(place, title, found, hidden, withLook) {
    place.replaceChildren(make("legend", {}, title));
    for (const [name, count] of found) {
      const box = make("input", { type: "checkbox", checked: !hidden.has(name) });
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(name); else hidden.add(name);
        this.apply();
        this.report();
      });
      const label = make("label", {}, box);
      if (withLook) label.append(swatch(this.graph.look(name)));
      label.append(` ${name} `, make("span", { className: "count" }, String(count)));
      place.append(label);
    }
  }

  apply() {
    const cy = this.graph.cy;
    cy.batch(() => {
      cy.elements().removeClass("filtered");
      cy.nodes().filter((node) => this.hiddenKinds.has(node.data("kind"))).addClass("filtered");
      cy.edges().filter((edge) => this.hiddenLinks.has(edge.data("label"))).addClass("filtered");
      // What no link leads to any more is left out with the links.
      cy.nodes().not(".start").filter((node) => node.connectedEdges().not(".filtered").empty()
        && node.connectedEdges().nonempty()).addClass("filtered");
    });
  }

  seen() {
    return this.graph.cy.nodes().not(".filtered");
  }

  // By class, not by edge.visible(), which knows of a change of class only once it is drawn.
  seenLinks() {
    return this.graph.cy.edges().not(".filtered")
      .filter((edge) => edge.connectedNodes(".filtered").empty());
  }

  report() {
    const seen = this.seen();
    const links = this.seenLinks().length;
    this.status.textContent = `${seen.length} things and ${links} links are drawn.`;
    this.list.replaceChildren(...seen.toArray()
      .sort((one, other) => one.data("label").localeCompare(other.data("label")))
      .map((node) => make("li", {}, this.button(node.data("label"), () => this.select(node.id())))));
  }

  download() {
    const names = this.seen().map((node) => node.data("name"));
    if (names.length > MOST_EXPORTED) {
      this.status.textContent = `A file holds at most ${MOST_EXPORTED} things. Filter some out first.`;
      return;
    }
    const query = new URLSearchParams([
      ...names.map((name) => ["thing", name]),
      ...[...new Set(this.seenLinks().map((edge) => edge.data("property")))].map((iri) => ["linkKind", iri]),
      ...this.seen().filter((node) => this.fetched.has(node.id())).map((node) => ["linksOf", node.data("name")]),
    ]);
    const link = make("a", { href: `${this.root.dataset.export}.${this.format.value}?${query}`, download: `selection.${this.format.value}` });
    document.body.append(link);
    link.click();
    link.remove();
  }
}

// The links in rounds over their kinds, so that no kind fills the first step alone.
function spread(edges) {
  const kinds = new Map();
  for (const edge of edges) {
    const kind = `${edge.property} ${edge.source === edges[0].source}`;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(edge);
  }
  const groups = [...kinds.values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  const ordered = [];
  for (let round = 0; round < longest; round++) {
    for (const group of groups) if (round < group.length) ordered.push(group[round]);
  }
  return ordered;
}

function counts(elements, key) {
  const found = new Map();
  elements.forEach((element) => found.set(element.data(key), (found.get(element.data(key)) ?? 0) + 1));
  return [...found].sort((one, other) => other[1] - one[1]);
}

const OUTLINES = {
  ellipse: "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z", "round-rectangle": "M2 4h12v8H2z", diamond: "M8 1l7 7-7 7-7-7z",
  hexagon: "M4 2h8l3 6-3 6H4L1 8z", triangle: "M8 2l7 12H1z", octagon: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
  tag: "M2 3h8l4 5-4 5H2z", star: "M8 1l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5z", pentagon: "M8 1l7 5-3 9H4L1 6z", vee: "M1 2l7 4 7-4-7 13z",
};

function swatch({ shape, colour }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", OUTLINES[shape]);
  path.setAttribute("fill", colour);
  svg.append(path);
  return svg;
}

const root = document.getElementById("explorer");
if (root) {
  const explorer = new Explorer(root);
  explorer.start(root.dataset.thing).catch(() => {
    explorer.status.textContent = "The links could not be had. The list below holds them.";
  });
}
