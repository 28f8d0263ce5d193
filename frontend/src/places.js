// Where things and words are in a drawing, so that none covers another. A box is where it goes to on
// each side, [left, top, right, bottom].
const [ROUNDS, FEW] = [300, 10];
const SHORTEST = 130; // Pixels of a line, which has words.
const TRIES = 80; // Rounds in which things are moved off lines, and fewer in large drawings, so that
const WORK = 30_000; // nobody waits.
const AIR = 1.4; // How much room a drawing needs for each part of it that things and names take.

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
// links: pairs of places in the lists, between which lines are drawn that pass through no box.
export function spread(places, boxes, links, [sheetWide, sheetHigh]) {
  const [w, h] = [wide, high].map((size) => Math.max(1, size(around(places, boxes.map(() => [0, 0, 0, 0])))));
  const shape = Math.min(2.5, Math.max(0.4, (sheetWide / sheetHigh) / (w / h)));
  const size = Math.sqrt(AIR * boxes.reduce((sum, box) => sum + wide(box) * high(box), 0) / (w * h));
  const found = places.map(({ x, y }) => ({ x: x * size * Math.sqrt(shape), y: y * size / Math.sqrt(shape) }));
  apart(found, boxes);
  const rounds = Math.min(TRIES, WORK / (found.length * links.length || 1));
  offLines(found, boxes, links, rounds);
  together(found, boxes, links, rounds);
  apart(found, boxes);
  return found;
}

// Places that fill a frame, as far as twice as much room in one direction does it.
export function filling(places, boxes, [frameWide, frameHigh]) {
  const box = around(places, boxes);
  const lacking = (wide(box) / high(box)) / (frameWide / frameHigh);
  return places.map(({ x, y }) => ({ x: x * Math.min(2, Math.max(1, 1 / lacking)), y: y * Math.min(2, Math.max(1, lacking)) }));
}

// How far the box of a place is to be moved off a line, across it: the shorter way, with its sign; 0
// where the line does not pass through it.
function across(from, to, { x, y }, box) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [cx, cy] = [x + (box[0] + box[2]) / 2 - from.x, y + (box[1] + box[3]) / 2 - from.y];
  const away = cy * ux - cx * uy;
  const half = (wide(box) * Math.abs(uy) + high(box) * Math.abs(ux)) / 2;
  if (Math.abs(away) >= half) return 0;
  const [along, reach] = [cx * ux + cy * uy, (wide(box) * Math.abs(ux) + high(box) * Math.abs(uy)) / 2];
  if (along + reach < 0 || along - reach > length) return 0;
  return away < 0 ? -away - half - 1 : half - away + 1;
}

// Moves what lines between others pass through off them, and their ends, as far as there is room.
function offLines(found, boxes, links, rounds) {
  const joined = found.map((_, at) => links.filter((link) => link.includes(at)).length);
  for (let round = 0, moved = true; moved && round < rounds; round++) {
    moved = false;
    for (const [one, other] of links) {
      const [from, to] = [found[one], found[other]];
      const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      for (let at = 0; at < found.length; at++) {
        if (at === one || at === other) continue;
        const step = across(from, to, found[at], boxes[at]);
        if (!step) continue;
        moved = true;
        const [x, y] = [-step * (to.y - from.y) / length / 2, step * (to.x - from.x) / length / 2];
        const end = joined[one] < joined[other] ? from : to;
        found[at].x += x;
        found[at].y += y;
        end.x -= x;
        end.y -= y;
      }
    }
    if (moved) push(found, boxes, FEW);
  }
  apart(found, boxes);
}

// Moves things nearer to what they are linked to, as long as no line is shorter than its words and
// none comes to cover another.
function together(found, boxes, links, rounds) {
  const joined = found.map((_, at) => links.filter((link) => link.includes(at)));
  const at = (place, box) => [place.x + box[0], place.y + box[1], place.x + box[2], place.y + box[3]];
  const some = (list, test) => list.reduce((sum, one, at) => sum + (test(one, at) ? 1 : 0), 0);
  const covered = (one) => {
    const box = at(found[one], boxes[one]);
    return some(found, (place, other) => other !== one && meet(box, at(place, boxes[other]))) * links.length
      + some(links, ([from, to]) => from !== one && to !== one && across(found[from], found[to], found[one], boxes[one]))
      + joined[one].reduce((sum, [from, to]) => sum + some(found, (place, other) => other !== from && other !== to && across(found[from], found[to], place, boxes[other])), 0);
  };
  for (let round = 0, moved = true; moved && round < rounds; round++) {
    moved = false;
    for (let one = 0; one < found.length; one++) {
      if (!joined[one].length || joined[one].length > joined.length / 3) continue;
      const [before, worse] = [{ ...found[one] }, covered(one)];
      for (const link of joined[one]) {
        const other = found[link[0] === one ? link[1] : link[0]];
        const [dx, dy] = [other.x - before.x, other.y - before.y];
        const step = Math.min(0.05, Math.max(0, 1 - SHORTEST / (Math.hypot(dx, dy) || 1)) / joined[one].length);
        found[one].x += dx * step;
        found[one].y += dy * step;
      }
      const far = Math.hypot(found[one].x - before.x, found[one].y - before.y);
      if (far && covered(one) > worse) found[one] = before;
      else moved ||= far > 1;
    }
  }
}

// Moves places until no box of theirs covers another, with more room where they do not find it.
function apart(found, boxes) {
  while (!push(found, boxes, ROUNDS)) for (const place of found) Object.assign(place, { x: place.x * 1.1, y: place.y * 1.1 });
}

// Pushes places whose boxes meet from each other, and says whether none does any more.
function push(found, boxes, rounds) {
  let moved = true;
  for (let round = 0; moved && round < rounds; round++) {
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
  return !moved;
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
