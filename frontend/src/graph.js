// Drawing a graph: things by the colour and shape of their class, laid out the same way each time,
// in the colours of the page, and as the file that is taken away.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { filling, readable, spread } from "./places.js";

cytoscape.use(fcose);

// The policy of the pages forbids style elements that scripts write. cytoscape leaves its own away
// where an element with this name is there; the one rule in it is in the style sheet.
const OWN_STYLE = "__________cytoscape_stylesheet";
const FALLBACK = { colour: 7, shape: "ellipse", outline: "M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14z" };
const FONT = 12; // pixels: 9 points
const MANY = 14; // Links up to which each says what it is; statements always do.
const LARGEST = 1.3; // The zoom at which few things are drawn.
const EDGE = 14; // Pixels between the drawing and its frame.

export const LAYOUTS = {
  fcose: "By links",
  concentric: "In rings",
  breadthfirst: "As a tree",
  circle: "In a circle",
  grid: "In a grid",
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

// What a token of the stylesheet is by day or by night.
function colour(token) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${token})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export class Graph {
  constructor(container) {
    if (!document.getElementById(OWN_STYLE)) {
      const stand_in = document.createElement("template");
      stand_in.id = OWN_STYLE;
      document.head.append(stand_in);
    }
    this.looks = {};
    this.layout_name = "fcose";
    this.cy = cytoscape({ container, minZoom: 0.2, maxZoom: 3, style: this.style() });
    const restyle = () => this.cy.style(this.style());
    dark.addEventListener("change", restyle);
    document.addEventListener("themechange", restyle);
    new ResizeObserver(() => {
      this.cy.resize();
      this.fit();
    }).observe(container);
  }

  look(kind) {
    return this.looks[kind] ?? FALLBACK;
  }

  style() {
    const [ink, soft, line, paper, accent] = ["--ink", "--soft", "--line", "--raised", "--accent"].map(colour);
    const kinds = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => colour(`--k${number}`));
    const label = { color: ink, "font-size": FONT, "font-family": getComputedStyle(document.body).fontFamily,
      "text-background-color": paper, "text-background-opacity": 0.85, "text-background-padding": 2 };
    return [
      { selector: "node", style: {
        ...label, "background-color": (node) => kinds[this.look(node.data("kind")).colour],
        shape: (node) => this.look(node.data("kind")).shape,
        label: (node) => clip(node.data("label"), 60), "text-wrap": "wrap", "text-max-width": 132,
        "text-valign": "bottom", "text-margin-y": 4, width: 18, height: 18,
      } },
      { selector: "node.start", style: { width: 28, height: 28, "font-weight": "bold" } },
      { selector: "edge", style: {
        ...label, color: soft, width: 1.4, "line-color": line, "target-arrow-color": soft,
        "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier",
      } },
      { selector: "edge.statement", style: { "line-color": soft, width: 1.8 } },
      { selector: "edge.named", style: { label: says, "text-margin-x": (edge) => edge.scratch("word").x, "text-margin-y": (edge) => edge.scratch("word").y } },
      { selector: "edge.linked", style: { "line-color": ink, "target-arrow-color": ink, width: 2.2 } },
      { selector: "edge.way", style: { "line-color": accent, "target-arrow-color": accent, width: 3.5 } },
      { selector: "node.way", style: { width: 24, height: 24 } },
      { selector: "node:selected", style: { "border-width": 4, "border-color": ink } },
      { selector: "node.pointed", style: { "border-width": 3, "border-color": accent } },
      { selector: ".filtered", style: { display: "none" } },
    ];
  }

  // Adds nodes {id, label, kind, ...} and edges {source, target, label, ...} that are not there yet.
  // Links between the same two things in the same direction are one that says both.
  add(nodes, edges, near = null) {
    const known = (id) => this.cy.getElementById(id).nonempty();
    const fresh = nodes.filter((node) => !known(node.id));
    const centre = near && known(near) ? this.cy.getElementById(near).position() : { x: 0, y: 0 };
    // Where they begin decides where they end: always the same turn of the circle.
    let added = this.cy.add(fresh.map((data, at) => ({ group: "nodes", data, position: {
      x: centre.x + (60 + 9 * at) * Math.cos(at * 2.4), y: centre.y + (60 + 9 * at) * Math.sin(at * 2.4) } })));
    for (const edge of edges) {
      if (!known(edge.source) || !known(edge.target)) continue;
      const id = `${edge.source} ${edge.statement ?? ""} ${edge.target}`;
      const there = this.cy.getElementById(id);
      if (there.nonempty()) {
        if (!there.data("labels").includes(edge.label)) there.data("labels", [...there.data("labels"), edge.label]);
        there.data("properties", [...new Set([...there.data("properties"), edge.property])]);
      } else {
        added = added.union(this.cy.add({ group: "edges", classes: edge.statement ? "statement" : "",
          data: { ...edge, id, labels: [edge.label], properties: [edge.property] } }));
      }
    }
    return added;
  }

  // What is not filtered: by class, not by visible(), which knows of a change only once it is drawn.
  seen() {
    const nodes = this.cy.nodes().not(".filtered");
    return nodes.union(this.cy.edges().not(".filtered").filter((edge) => edge.connectedNodes(".filtered").empty()));
  }

  // Say what links are where there is room: those of the chosen thing and of a way, statements,
  // and all others where they are few.
  nameLinks() {
    const seen = this.seen().edges();
    const ranks = [".way", ".linked", ".statement", seen.length <= MANY ? "edge" : ".none"];
    const words = [...new Set(ranks.flatMap((rank) => seen.filter(rank).toArray()))].map((edge) => (
      { edge, from: edge.source().position(), to: edge.target().position(), size: sizeOf(edge) }));
    const taken = this.cy.nodes().not(".filtered").map((node) => boxOf(node, node.position()));
    this.cy.batch(() => {
      this.cy.edges().removeClass("named");
      for (const { edge, x, y, from, to } of readable(words, taken)) {
        edge.scratch("word", { x: x - (from.x + to.x) / 2, y: y - (from.y + to.y) / 2 }).addClass("named");
      }
    });
  }

  // Lays out what is seen in the shape of the frame, with no name over another.
  layout(name = this.layout_name) {
    this.layout_name = name;
    const seen = this.seen();
    const nodes = seen.nodes();
    const before = nodes.map((node) => ({ ...node.position() }));
    const options = { name, fit: false, animate: false };
    if (name === "fcose") Object.assign(options, { quality: "proof", randomize: false, idealEdgeLength: (edge) => (edge.hasClass("statement") ? 190 : 120), nodeRepulsion: 24000, nodeSeparation: 120, nodeDimensionsIncludeLabels: true, packComponents: true });
    if (name === "concentric") Object.assign(options, { concentric: (node) => node.degree(), minNodeSpacing: 40 });
    if (name === "breadthfirst") Object.assign(options, { spacingFactor: 1.2, roots: this.cy.nodes(".start") });
    seen.layout(options).run();
    const boxes = nodes.map((node) => boxOf(node, { x: 0, y: 0 }));
    const frame = [this.cy.width(), this.cy.height()];
    const at = new Map(nodes.map((node, index) => [node.id(), index]));
    const links = seen.edges().map((edge) => [at.get(edge.source().id()), at.get(edge.target().id())]);
    const after = filling(spread(nodes.map((node) => node.position()), boxes, links, frame), boxes, frame);
    nodes.positions((node) => before[at.get(node.id())]);
    const settle = nodes.layout({ name: "preset", fit: false, positions: (node) => after[at.get(node.id())],
      animate: !still.matches && nodes.length < 150, animationDuration: 350 });
    settle.one("layoutstop", () => { this.fit(); this.nameLinks(); });
    settle.run();
  }

  // All that is drawn into the frame, names and all.
  fit() {
    this.cy.fit(this.cy.nodes().not(".filtered"), EDGE);
    if (this.cy.zoom() <= LARGEST) return;
    this.cy.zoom(LARGEST);
    this.cy.center(this.cy.nodes().not(".filtered"));
  }
}

// What a thing and its name take, with a little room around, were it at a place.
function boxOf(node, place) {
  const { x1, y1, x2, y2 } = node.boundingBox({ includeOverlays: false, includeEdges: false });
  const { x, y } = node.position();
  return [x1 - x + place.x - 3, y1 - y + place.y - 3, x2 - x + place.x + 3, y2 - y + place.y + 3];
}

// How wide and high what a link says is.
export function sizeOf(edge) {
  return [says(edge).length * FONT * 0.54 + 6, FONT * 1.4];
}

export function says(edge) {
  return edge.data("labels").join(", ");
}

export function clip(label, most) {
  return label.length > most ? `${label.slice(0, most).replace(/[\s(:,;]*[^\s]*$/, "") || label.slice(0, most - 1)}…` : label;
}
