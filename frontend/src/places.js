// Where things and words are in a drawing, so that none covers another. A box is where it goes to on
// each side, [left, top, right, bottom].
const ROUNDS = 400;
const AIR = 2.4; // How much room a drawing has for each part of it that things and names take.

export function wide(box) {
  return box[2] - box[0];
}

export function high(box) {
  return box[3] - box[1];
}

export function meet(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

// The box around all of some points, or null.
export function around(points) {
  const [across, down] = ["x", "y"].map((axis) => points.map((point) => point[axis]));
  return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
}

// Scales places {x, y} into the shape of a sheet, so that boxes of these sizes have room.
// Without a width to keep to, it is as large as the boxes need.
export function stretched(places, boxes, [sheetWide, sheetHigh], keep = false) {
  const [left, top, right, bottom] = around(places);
  const [w, h] = [Math.max(1, right - left), Math.max(1, bottom - top)];
  const area = AIR * boxes.reduce((sum, box) => sum + wide(box) * high(box), 0);
  const shape = Math.min(2.5, Math.max(0.4, (sheetWide / sheetHigh) / (w / h)));
  const size = Math.sqrt(area / (w * h));
  const across = keep ? Math.min(1, sheetWide / w) : size * Math.sqrt(shape);
  const down = keep ? Math.max(across, area / (sheetWide * h)) : size / Math.sqrt(shape);
  return places.map(({ x, y }) => ({ x: (x - (left + right) / 2) * across, y: (y - top) * Math.min(down, 3 * across) }));
}

// Moves places until no box of theirs covers another. boxes: around the point 0, 0;
// limits: how far left and right they may go.
export function apart(places, boxes, limits = [-Infinity, Infinity]) {
  const found = places.map(({ x, y }) => ({ x, y }));
  const inside = (place, box) => { place.x = Math.max(limits[0] - box[0], Math.min(limits[1] - box[2], place.x)); };
  found.forEach((place, at) => inside(place, boxes[at]));
  for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
    moved = false;
    for (let one = 0; one < found.length; one++) {
      for (let other = one + 1; other < found.length; other++) {
        const [a, b, A, B] = [found[one], found[other], boxes[one], boxes[other]];
        const [right, left] = [a.x + A[2] - b.x - B[0], b.x + B[2] - a.x - A[0]];
        const [below, above] = [a.y + A[3] - b.y - B[1], b.y + B[3] - a.y - A[1]];
        const [over, under] = [Math.min(right, left), Math.min(below, above)];
        if (over <= 0 || under <= 0) continue;
        moved = true;
        // Names are wider than high: sideways where that is not much farther, and there is room.
        if (over < under && round < ROUNDS / 2) {
          const step = (right < left ? -over : over) / 2;
          a.x += step;
          b.x -= step;
          inside(a, A);
          inside(b, B);
        } else {
          const step = (below < above ? -under : under) / 2 + (below < above ? -0.1 : 0.1);
          a.y += step;
          b.y -= step;
        }
      }
    }
  }
  return found;
}

// Those of some words {box, ...} that cover nothing, the first first.
export function readable(words, taken) {
  const full = [...taken];
  return words.filter(({ box }) => !full.some((other) => meet(box, other)) && full.push(box));
}
