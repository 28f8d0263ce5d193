// Where things and words are in a drawing, so that none covers another. A box is where it goes to on
// each side, [left, top, right, bottom].
const ROUNDS = 400;
const AIR = 1.8; // How much room a drawing needs for each part of it that things and names take.

export function wide(box) {
  return box[2] - box[0];
}

function high(box) {
  return box[3] - box[1];
}

function meet(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

// The box around boxes at places.
export function around(places, boxes) {
  const ends = [0, 1, 2, 3].map((side) => places.map((place, at) => (side % 2 ? place.y : place.x) + boxes[at][side]));
  return [Math.min(...ends[0]), Math.min(...ends[1]), Math.max(...ends[2]), Math.max(...ends[3])];
}

// Places {x, y} as they are to each other, in the shape of a sheet: as near together as their boxes
// allow, none of which covers another. boxes: around the point 0, 0.
export function spread(places, boxes, [sheetWide, sheetHigh]) {
  const [w, h] = [wide, high].map((size) => Math.max(1, size(around(places, boxes.map(() => [0, 0, 0, 0])))));
  const shape = Math.min(2.5, Math.max(0.4, (sheetWide / sheetHigh) / (w / h)));
  const size = Math.sqrt(AIR * boxes.reduce((sum, box) => sum + wide(box) * high(box), 0) / (w * h));
  const found = apart(places.map(({ x, y }) => ({ x: x * size * Math.sqrt(shape), y: y * size / Math.sqrt(shape) })), boxes);
  const box = around(found, boxes);
  const lacking = (wide(box) / high(box)) / (sheetWide / sheetHigh);
  return found.map(({ x, y }) => ({ x: x * Math.min(2, Math.max(1, 1 / lacking)), y: y * Math.min(2, Math.max(1, lacking)) }));
}

// Moves places until no box of theirs covers another.
function apart(places, boxes) {
  const found = places.map(({ x, y }) => ({ x, y }));
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
        const [axis, step] = over < under ? ["x", (right < left ? -over : over) / 2] : ["y", (below < above ? -under : under) / 2];
        a[axis] += step * 1.02;
        b[axis] -= step * 1.02;
      }
    }
  }
  return found;
}

// Where words {edge, from, to, size} are on their links, as near to the middle as they cover nothing:
// those that find room, the first first, each with its middle.
export function readable(words, taken) {
  const full = [...taken];
  return words.flatMap((word) => {
    for (const share of [0.5, 0.6, 0.4, 0.7, 0.3]) {
      const [x, y] = ["x", "y"].map((axis) => word.from[axis] + (word.to[axis] - word.from[axis]) * share);
      const box = [x - word.size[0] / 2, y - word.size[1] / 2, x + word.size[0] / 2, y + word.size[1] / 2];
      if (full.some((other) => meet(box, other))) continue;
      full.push(box);
      return [{ ...word, x, y }];
    }
    return [];
  });
}
