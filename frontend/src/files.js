// What is drawn as files for other tools: GraphML, GEXF, a table of links. Each says what it is of.
import { says } from "./graph.js";
import { COLOURS, text } from "./picture.js";

const NODES = ["label", "kind", "page", "x", "y"];
const EDGES = ["label", "property", "statement"];

function described(seen, graph) {
  const round = (number) => Math.round(number * 10) / 10;
  return {
    nodes: seen.nodes().map((node) => ({ id: node.id(), label: node.data("label"), kind: node.data("kind"),
      page: String(new URL(node.data("href") ?? "", location.href)), x: round(node.position("x")), y: round(-node.position("y")),
      colour: COLOURS[graph.look(node.data("kind")).colour] })),
    edges: seen.edges().map((edge, at) => ({ id: `e${at}`, source: edge.data("source"), target: edge.data("target"),
      label: says(edge), property: edge.data("properties").join(" "), statement: edge.data("statement") ?? "" })),
  };
}

function type(name) {
  return name === "x" || name === "y" ? "double" : "string";
}

export function graphml(graph, seen, facts) {
  const { nodes, edges } = described(seen, graph);
  const key = (of, name) => `<key id="${of}-${name}" for="${of}" attr.name="${name}" attr.type="${type(name)}"/>`;
  const data = (of, names, values) => names.filter((name) => values[name] !== "")
    .map((name) => `<data key="${of}-${name}">${text(values[name])}</data>`).join("");
  const about = Object.keys(facts);
  return `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${[...about.map((name) => key("graph", name)), ...NODES.map((name) => key("node", name)), ...EDGES.map((name) => key("edge", name))].join("\n")}
<graph id="drawn" edgedefault="directed">
${data("graph", about, facts)}
${nodes.map((node) => `<node id="${text(node.id)}">${data("node", NODES, node)}</node>`).join("\n")}
${edges.map((edge) => `<edge id="${edge.id}" source="${text(edge.source)}" target="${text(edge.target)}">${data("edge", EDGES, edge)}</edge>`).join("\n")}
</graph>
</graphml>
`;
}

export function gexf(graph, seen, facts) {
  const { nodes, edges } = described(seen, graph);
  const declared = (of, names) => `<attributes class="${of}">${names.map((name) => `<attribute id="${name}" title="${name}" type="${type(name)}"/>`).join("")}</attributes>`;
  const values = (names, of) => `<attvalues>${names.map((name) => `<attvalue for="${name}" value="${text(of[name])}"/>`).join("")}</attvalues>`;
  const parts = (colour) => ["r", "g", "b"].map((name, at) => `${name}="${parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16)}"`).join(" ");
  return `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<meta lastmodifieddate="${facts.date}"><creator>graphsvc</creator><keywords>${text(facts.release)}, ${text(facts.licence)}</keywords><description>${text(Object.entries(facts).map((fact) => fact.join(": ")).join("\n"))}</description></meta>
<graph defaultedgetype="directed" idtype="string" mode="static">
${declared("node", ["kind", "page"])}
${declared("edge", ["property", "statement"])}
<nodes count="${nodes.length}">
${nodes.map((node) => `<node id="${text(node.id)}" label="${text(node.label)}">${values(["kind", "page"], node)}<viz:color ${parts(node.colour)}/><viz:position x="${node.x}" y="${node.y}" z="0"/><viz:size value="10"/></node>`).join("\n")}
</nodes>
<edges count="${edges.length}">
${edges.map((edge) => `<edge id="${edge.id}" source="${text(edge.source)}" target="${text(edge.target)}" label="${text(edge.label)}">${values(["property", "statement"], edge)}</edge>`).join("\n")}
</edges>
</graph>
</gexf>
`;
}
