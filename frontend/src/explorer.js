// The explorer: start from a thing, go on step by step, filter, lay out, find the way to another
// thing, take away what is drawn. Its state is in the address, so that a link shows the same.
import { gexf, graphml } from "./files.js";
import { Graph, LAYOUTS, says } from "./graph.js";
import { make } from "./make.js";
import { fontInside, png, svg } from "./picture.js";

const STEP = innerWidth < 640 ? 12 : 20; // Things that one step adds; the next step of the same thing adds the following.
const FEW = 12; // Links of a chosen thing up to which each says what it is.
const FILES = {
  svg: { title: "Picture as drawn (SVG)", type: "image/svg+xml" },
  png: { title: "Picture as drawn (PNG)" },
  graphml: { title: "Graph as drawn (GraphML: Gephi, Cytoscape, yEd, R)", type: "application/graphml+xml" },
  gexf: { title: "Graph as drawn (GEXF: Gephi)", type: "application/gexf+xml" },
};

class Explorer {
  constructor(root) {
    this.root = root;
    this.fetched = new Map(); // by thing: its links as the service gave them
    this.shown = new Map(); // by thing: how many of them were added
    this.opened = []; // things in the order in which they were opened, as often as they were
    this.hiddenKinds = new Set();
    this.hiddenLinks = new Set();
    this.selected = null;
    this.build();
    this.graph = new Graph(this.canvas);
    const cy = this.graph.cy;
    cy.on("tap", "node", (event) => this.select(event.target.id()));
    cy.on("dbltap", "node", (event) => this.expand(event.target.id()));
    cy.on("tap", "edge.statement", (event) => { location.href = event.target.data("href"); });
    cy.on("tap", (event) => { if (event.target === cy) this.select(null); });
    cy.on("dragfree", () => this.graph.nameLinks());
    cy.on("mouseover", "node, edge", (event) => this.point(event.target));
    cy.on("mouseout", () => this.point(null));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  build() {
    this.canvas = make("div", { className: "canvas", tabIndex: 0, attributes: { role: "application",
      "aria-label": "Drawing of the links", "aria-describedby": "canvas-keys" } });
    this.card = make("div", { className: "card", hidden: true });
    this.status = make("p", { className: "total", attributes: { role: "status" } });
    this.panel = make("div", { className: "chosen-thing" });
    this.kinds = make("fieldset", { className: "filter" });
    this.links = make("fieldset", { className: "filter" });
    this.list = make("ul", { className: "node-list" });
    this.layout = make("select", { id: "layout" },
      ...Object.entries(LAYOUTS).map(([value, text]) => make("option", { value }, text)));
    this.layout.addEventListener("change", () => { this.graph.layout(this.layout.value); this.keep(); });
    this.format = make("select", { id: "export-format" },
      ...Object.entries(FILES).map(([value, { title }]) => make("option", { value }, title)));
    const fit = this.button("Fit to the window", () => this.graph.fit(), "quiet");
    const copy = this.button("Copy link", async () => {
      await navigator.clipboard.writeText(location.href);
      this.status.textContent = "The link to this drawing was copied.";
    }, "quiet");
    const download = this.button("Download", () => this.download());
    download.id = "export-download";
    this.root.append(
      make("div", { className: "bar" },
        make("label", { htmlFor: "layout" }, "Lay out"), this.layout, fit, copy,
        make("label", { htmlFor: "export-format" }, "Take away as"), this.format, download),
      make("div", { className: "stage" },
        make("div", {}, make("div", { className: "frame" }, this.canvas, this.card), this.status,
          make("p", { className: "hint", id: "canvas-keys" }, "Press a thing to choose it, twice to show its links.", make("span", { className: "keys" }, " With the keyboard: arrow keys go from thing to thing, Enter shows its links, Delete takes it out, + and − zoom."))),
        make("div", { className: "aside" }, this.panel, this.kinds, this.links,
          make("details", { className: "group" }, make("summary", {}, "All things drawn"), this.list))));
    this.root.hidden = false;
  }

  button(text, action, className = "") {
    const made = make("button", { type: "button", className }, text);
    made.addEventListener("click", action);
    return made;
  }

  // Classes that the way does not lead through, as the address has them.
  past() {
    return new URLSearchParams(location.search).getAll("past");
  }

  async linksOf(name, to = null) {
    const address = new URL(this.root.dataset.links, location.href);
    address.searchParams.set("thing", name);
    if (to) address.searchParams.set("to", to);
    for (const one of to ? this.past() : []) address.searchParams.append("past", one);
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status}`);
    const answer = await response.json();
    const home = this.root.dataset.links.replace("/explore/links", "");
    for (const one of [...answer.nodes, ...answer.edges]) if (one.href) one.href = home + one.href;
    return answer;
  }

  // What the address says, else the links of the thing that it names.
  async start() {
    const state = new URLSearchParams(location.search);
    const { thing, to } = this.root.dataset;
    this.chosenKinds = state.has("without"); // else what says little is left out
    this.hiddenKinds = new Set(state.getAll("without"));
    this.hiddenLinks = new Set(state.getAll("unlinked"));
    if (state.get("layout") in LAYOUTS) this.layout.value = this.graph.layout_name = state.get("layout");
    const answer = await this.linksOf(thing, to);
    const start = answer.nodes[0];
    Object.assign(this.graph.looks, answer.looks);
    this.graph.add([start], []).addClass("start");
    if (to) {
      this.graph.add(answer.nodes, answer.edges, start.id).addClass("way");
    } else {
      this.fetched.set(start.id, answer);
    }
    const opened = state.getAll("open");
    for (const name of opened.length || to ? opened : [start.name]) {
      const node = this.graph.cy.nodes().filter((one) => one.data("name") === name);
      if (node.nonempty()) await this.open(node.id());
    }
    const chosen = this.graph.cy.nodes().filter((one) => one.data("name") === state.get("chosen"));
    this.draw();
    this.select(chosen.nonempty() ? chosen.id() : start.id);
  }

  async expand(id) {
    await this.open(id);
    this.draw();
    this.select(this.selected ?? id);
  }

  // Adds the next links of a thing.
  async open(id) {
    const node = this.graph.cy.getElementById(id);
    if (!this.fetched.has(id)) {
      try {
        this.fetched.set(id, await this.linksOf(node.data("name")));
      } catch {
        this.status.textContent = "The links could not be had. Try again.";
        return;
      }
    }
    const answer = this.fetched.get(id);
    const from = this.shown.get(id) ?? 0;
    const edges = spread(answer, id).slice(from, from + STEP);
    const wanted = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
    this.shown.set(id, from + edges.length);
    this.opened.push(node.data("name"));
    Object.assign(this.graph.looks, answer.looks);
    this.graph.add(answer.nodes.filter((one) => wanted.has(one.id)), edges, id);
    // Links among things that are drawn already, wherever they came from.
    for (const other of this.fetched.values()) this.graph.add([], other.edges);
  }

  draw() {
    if (!this.chosenKinds) {
      const others = this.graph.cy.nodes().not(".start, .way").map((node) => node.data());
      const any = others.some((node) => !node.aside);
      this.hiddenKinds = new Set(others.filter((node) => any && node.aside).map((node) => node.kind));
    }
    this.filters();
    this.graph.layout();
    this.report();
    this.keep();
  }

  remove(id) {
    const node = this.graph.cy.getElementById(id);
    this.opened = this.opened.filter((name) => name !== node.data("name"));
    node.remove();
    this.shown.delete(id);
    this.select(null);
    this.filters();
    this.report();
    this.keep();
  }

  // The state into the address.
  keep() {
    const { thing, to } = this.root.dataset;
    const name = this.selected && this.graph.cy.getElementById(this.selected).data("name");
    const first = this.opened.length === 1 && this.opened[0] === thing && !to;
    const state = new URLSearchParams([["thing", thing], ...(to ? [["to", to]] : []), ...this.past().map((one) => ["past", one]),
      ...(first ? [] : this.opened.map((one) => ["open", one])),
      ...(this.chosenKinds ? (this.hiddenKinds.size ? [...this.hiddenKinds] : [""]).map((one) => ["without", one]) : []),
      ...[...this.hiddenLinks].map((one) => ["unlinked", one]),
      ...(this.graph.layout_name === "fcose" ? [] : [["layout", this.graph.layout_name]]),
      ...(name && name !== thing ? [["chosen", name]] : [])]);
    history.replaceState(null, "", `?${state}`);
  }

  select(id) {
    const cy = this.graph.cy;
    this.selected = id;
    cy.elements().unselect();
    cy.edges().removeClass("linked");
    this.panel.replaceChildren();
    if (!id || cy.getElementById(id).empty()) {
      this.selected = null;
      this.panel.append(make("p", { className: "hint" }, "Choose a thing in the drawing or in the list."));
      this.graph.nameLinks();
      this.keep();
      return;
    }
    const node = cy.getElementById(id);
    node.select();
    const joined = node.connectedEdges();
    if (joined.length <= FEW) joined.addClass("linked");
    this.graph.nameLinks();
    const answer = this.fetched.get(id);
    const left = answer ? answer.edges.length - (this.shown.get(id) ?? 0) : null;
    this.panel.append(
      make("h2", {}, node.data("label")),
      make("p", { className: "kind" }, swatch(this.graph.look(node.data("kind"))), ` ${node.data("kind")}`),
      ...(node.data("note") ? [make("p", {}, node.data("note"))] : []),
      make("p", {}, make("a", { href: node.data("href") }, "Its page")));
    if (left === null || left > 0) {
      const more = this.button(left === null ? "Show its links" : `Show ${Math.min(left, STEP)} more of its ${answer.total} links`, () => this.expand(id));
      more.id = "expand";
      this.panel.append(more);
    }
    this.panel.append(this.button("Take it out", () => this.remove(id), "quiet"));
    this.keep();
  }

  // The card of what the pointer or the keyboard is at.
  point(target) {
    this.graph.cy.nodes().removeClass("pointed");
    this.card.hidden = !target;
    if (!target) return;
    const data = target.data();
    if (target.isNode()) {
      target.addClass("pointed");
      this.card.replaceChildren(make("b", {}, data.label), make("small", {}, `${data.kind}, ${counted(target.connectedEdges().not(".filtered").length, "link")} drawn`),
        ...(data.note ? [make("span", {}, data.note)] : []));
    } else {
      this.card.replaceChildren(make("b", {}, says(target)),
        make("small", {}, `${target.source().data("label")} → ${target.target().data("label")}`),
        ...(data.statement ? [make("span", {}, "A statement: press it to read it.")] : []));
    }
    const { x, y } = target.isNode() ? target.renderedPosition() : target.renderedMidpoint();
    const right = x > this.canvas.clientWidth / 2;
    this.card.className = `card ${right ? "left" : "right"} ${y > this.canvas.clientHeight / 2 ? "up" : "down"}`;
  }

  key(event) {
    const cy = this.graph.cy;
    const seen = this.graph.seen().nodes().sort((one, other) => one.position("x") - other.position("x") || one.position("y") - other.position("y")).toArray();
    const at = seen.findIndex((node) => node.id() === this.selected);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && seen.length) {
      const next = seen[(at + step + seen.length) % seen.length];
      this.select(next.id());
      this.point(next);
    } else if (event.key === "Enter" && this.selected) this.expand(this.selected);
    else if (event.key === "Delete" && this.selected) this.remove(this.selected);
    else if (event.key === "Escape") this.point(null);
    else if (event.key === "+" || event.key === "-") cy.zoom({ level: cy.zoom() * (event.key === "+" ? 1.25 : 0.8), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    else return;
    event.preventDefault();
  }

  filters() {
    const cy = this.graph.cy;
    this.filter(this.kinds, "Kinds of thing", counts(cy.nodes(), (node) => [node.data("kind")]), this.hiddenKinds, true);
    this.filter(this.links, "Kinds of link", counts(cy.edges(), (edge) => edge.data("labels")), this.hiddenLinks, false);
    this.apply();
  }

  filter(place, title, found, hidden, withLook) {
    place.replaceChildren(make("legend", {}, title));
    for (const [name, count] of found) {
      const box = make("input", { type: "checkbox", checked: !hidden.has(name) });
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(name); else hidden.add(name);
        this.chosenKinds ||= withLook;
        this.apply();
        if (box.checked) this.graph.layout();
        this.report();
        this.keep();
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
      cy.nodes().not(".start, .way").filter((node) => this.hiddenKinds.has(node.data("kind"))).addClass("filtered");
      cy.edges().filter((edge) => edge.data("labels").every((label) => this.hiddenLinks.has(label))).addClass("filtered");
      // What no link leads to any more is left out with the links.
      cy.nodes().not(".start").filter((node) => node.connectedEdges().not(".filtered").empty()
        && node.connectedEdges().nonempty()).addClass("filtered");
      this.graph.nameLinks();
    });
  }

  report() {
    const seen = this.graph.seen();
    const left = this.graph.cy.nodes().length - seen.nodes().length;
    this.status.textContent = `${counted(seen.nodes().length, "thing")} and ${counted(seen.edges().length, "link")} are drawn.${left ? ` ${counted(left, "thing")} of kinds not ticked ${left === 1 ? "is" : "are"} left out.` : ""}`;
    this.list.replaceChildren(...seen.nodes().toArray()
      .sort((one, other) => one.data("label").localeCompare(other.data("label")))
      .map((node) => make("li", {}, this.button(node.data("label"), () => this.select(node.id())))));
  }

  async download() {
    const seen = this.graph.seen();
    const { lasting, terms, source, ...known } = JSON.parse(this.root.dataset.facts);
    const address = lasting + location.search;
    const facts = { ...known, source: source + address, address };
    const format = this.format.value;
    const drawn = format === "graphml" ? graphml(this.graph, seen, facts) : format === "gexf" ? gexf(this.graph, seen, facts)
      : svg(this.graph, seen, { ...facts, terms }, await fontInside());
    const blob = format === "png" ? await png(drawn) : new Blob([drawn], { type: FILES[format].type });
    const href = URL.createObjectURL(blob);
    make("a", { href, download: `${this.root.dataset.stem}.${format}` }).click();
    URL.revokeObjectURL(href);
  }
}

// The links of a thing in rounds over their kinds, so that no kind fills the first step alone;
// statements first, what says little last.
function spread({ nodes, edges }, id) {
  const kinds = new Map();
  const aside = new Set(nodes.filter((node) => node.aside).map((node) => node.id));
  for (const edge of edges) {
    const kind = edge.statement ? "" : `${edge.property} ${edge.source === id}`;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(edge);
  }
  const groups = [...kinds.values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  const ordered = [];
  for (let round = 0; round < longest; round++) {
    for (const group of groups) if (round < group.length) ordered.push(group[round]);
  }
  const little = (edge) => aside.has(edge.source === id ? edge.target : edge.source);
  return [...ordered.filter((edge) => !little(edge)), ...ordered.filter(little)];
}

function counted(number, name) {
  return `${number} ${name}${number === 1 ? "" : "s"}`;
}

function counts(elements, keys) {
  const found = new Map();
  elements.forEach((element) => {
    for (const key of keys(element)) found.set(key, (found.get(key) ?? 0) + 1);
  });
  return [...found].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
}

function swatch({ outline, colour }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `swatch kind-${colour}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", outline);
  svg.append(path);
  return svg;
}

const root = document.getElementById("explorer");
if (root) {
  const explorer = new Explorer(root);
  explorer.start().catch(() => {
    explorer.status.textContent = "The links could not be had. The list below holds them.";
  });
}
