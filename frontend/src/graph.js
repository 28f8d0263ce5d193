// Drawing a graph: nodes coloured and shaped by kind, laid out, in the colours of the page.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";

cytoscape.use(fcose);

// The policy of the pages forbids style elements that scripts write. cytoscape leaves its own away
// where an element with this name is there; the one rule in it is in the style sheet.
const OWN_STYLE = "__________cytoscape_stylesheet";

const SHAPES = ["ellipse", "round-rectangle", "diamond", "hexagon", "triangle", "octagon", "tag", "star", "pentagon", "vee"];
const LIGHT = ["#0a5a68", "#a3521c", "#5b4a8a", "#2f6b3a", "#8c2f4e", "#3d5f99", "#6d6020", "#555f66"];
const DARK = ["#86cdd6", "#efad7b", "#c3b3ee", "#9bd3a5", "#eea1b8", "#a5c1ef", "#d8cb82", "#b5bec4"];

export const LAYOUTS = {
  fcose: "By links",
  concentric: "In rings",
  breadthfirst: "As a tree",
  circle: "In a circle",
  grid: "In a grid",
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = document.documentElement.dataset;
const isDark = () => (theme.theme ? theme.theme === "dark" : dark.matches);
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
    this.kinds = [];
    this.layout_name = "fcose";
    this.cy = cytoscape({
      container,
      minZoom: 0.1,
      maxZoom: 4,
      style: this.style(),
    });
    dark.addEventListener("change", () => this.cy.style(this.style()));
    document.addEventListener("themechange", () => this.cy.style(this.style()));
    new ResizeObserver(() => this.cy.resize()).observe(container);
  }

  look(kind) {
    let at = this.kinds.indexOf(kind);
    if (at < 0) at = this.kinds.push(kind) - 1;
    const colours = isDark() ? DARK : LIGHT;
    return { shape: SHAPES[at % SHAPES.length], colour: colours[at % colours.length] };
  }

  style() {
    const [ink, soft, line, paper] = ["--ink", "--soft", "--line", "--raised"].map(colour);
    return [
      { selector: "node", style: {
        "background-color": (node) => this.look(node.data("kind")).colour,
        shape: (node) => this.look(node.data("kind")).shape,
        label: (node) => clip(node.data("label")), color: ink, "font-size": 10, "font-family": "sans-serif",
        "text-wrap": "wrap", "text-max-width": 90, "text-valign": "bottom", "text-margin-y": 3,
        "text-background-color": paper, "text-background-opacity": 0.8, "text-background-padding": 1,
        width: 20, height: 20,
      } },
      { selector: "node.start", style: { width: 34, height: 34, "font-size": 13, "font-weight": "bold" } },
      { selector: "node:selected", style: { "border-width": 4, "border-color": ink } },
      { selector: "edge", style: {
        width: 1.2, "line-color": line, "target-arrow-color": soft, "target-arrow-shape": "triangle",
        "arrow-scale": 0.8, "curve-style": "bezier", color: soft, "font-size": 9,
        "text-rotation": "autorotate", "text-background-color": paper, "text-background-opacity": 0.85,
      } },
      { selector: "edge.linked", style: { "line-color": soft, width: 2 } },
      { selector: "edge:selected, edge.named", style: { label: "data(label)", "line-color": soft, width: 2 } },
      { selector: ".filtered", style: { display: "none" } },
    ];
  }

  // Adds nodes {id, label, kind, ...} and edges {source, target, label, ...} that are not there yet.
  add(nodes, edges) {
    const known = (id) => this.cy.getElementById(id).nonempty();
    const added = [];
    for (const node of nodes) {
      if (!known(node.id)) added.push({ group: "nodes", data: node });
    }
    const coming = new Set(added.map((element) => element.data.id));
    for (const edge of edges) {
      const id = `${edge.source} ${edge.property ?? edge.label} ${edge.target}`;
      const ends = [edge.source, edge.target].every((end) => known(end) || coming.has(end));
      if (ends && !known(id) && !coming.has(id)) {
        coming.add(id);
        added.push({ group: "edges", data: { ...edge, id } });
      }
    }
    return this.cy.add(added);
  }

  layout(name = this.layout_name) {
    this.layout_name = name;
    const options = { name, animate: !still.matches && this.cy.nodes().length < 150, animationDuration: 350, padding: 30 };
    if (name === "fcose") Object.assign(options, { quality: "default", idealEdgeLength: 130, nodeRepulsion: 30000, nodeDimensionsIncludeLabels: true, packComponents: true, randomize: true });
    if (name === "concentric") Object.assign(options, { concentric: (node) => node.degree(), minNodeSpacing: 30 });
    if (name === "breadthfirst") Object.assign(options, { spacingFactor: 1.2, roots: this.cy.nodes(".start") });
    this.cy.elements().not(".filtered").layout(options).run();
  }
}

function clip(label) {
  return label.length > 44 ? `${label.slice(0, 42)}…` : label;
}
