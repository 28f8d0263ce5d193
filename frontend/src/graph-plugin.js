// A plugin for results: the triples of a CONSTRUCT or DESCRIBE as a drawing.
import { Graph } from "./graph.js";

const MOST = 400;
const LABEL = /(#|\/)(prefLabel|label|title)$/;
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SVG = "http://www.w3.org/2000/svg";

export class GraphPlugin {
  priority = 20;
  label = "Graph";

  constructor(yasr) {
    this.yasr = yasr;
  }

  statements() {
    try {
      return this.yasr.results?.getStatements() ?? [];
    } catch {
      return [];
    }
  }

  canHandleResults() {
    return this.statements().some(({ object }) => object.termType === "NamedNode");
  }

  getIcon() {
    const svg = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M4 1a3 3 0 0 1 2.6 4.5L9 9a3 3 0 1 1-1.4 1L5.200 6.700A3 3 0 1 1 4 1zM13 2a2 2 0 1 1-1.600 3.200L6.900 5 7 4l4.200.200A2 2 0 0 1 13 2z");
    svg.append(path);
    return svg;
  }

  draw() {
    const labels = new Map();
    const kinds = new Map();
    const edges = [];
    for (const { subject, predicate, object } of this.statements()) {
      if (object.termType === "Literal") {
        if (LABEL.test(predicate.value)) labels.set(subject.value, object.value);
      } else if (predicate.value === TYPE) {
        kinds.set(subject.value, short(object.value));
      } else if (edges.length < MOST) {
        edges.push({ source: subject.value, target: object.value, property: predicate.value, label: short(predicate.value) });
      }
    }
    const ids = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
    const nodes = [...ids].map((id) => ({ id, label: labels.get(id) ?? short(id), kind: kinds.get(id) ?? "other" }));
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Drawing of ${nodes.length} things and ${edges.length} links; the response holds the same as text`);
    this.yasr.resultsEl.replaceChildren(canvas);
    const graph = new Graph(canvas);
    graph.add(nodes, edges);
    graph.cy.on("tap", "node, edge", ({ target }) => { graph.cy.edges().removeClass("linked"); target.connectedEdges?.().addClass("linked"); });
    graph.nameLinks();
    graph.layout();
  }
}

function short(iri) {
  return iri.replace(/^.*[/#]/, "");
}
