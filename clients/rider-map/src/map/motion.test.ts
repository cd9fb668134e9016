import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ahead, distanceMeters, turnDegrees, type LngLat } from './geo.js';
import { deadReckonMs, Motion, type Fix, type Frame, type News } from './motion.js';

const start: LngLat = { lng: -122.42, lat: 37.77 };

/** A fix so many metres east and north of the start. */
function fix(time: number, east: number, north = 0, more: Partial<Fix> = {}): Fix {
  return { ...ahead(ahead(start, 90, east), 0, north), time, ...more };
}

function path(...fixes: Fix[]): NonNullable<News['path']> {
  return fixes.map(({ lng, lat, time }) => [lng, lat, time] as const);
}

function at(motion: Motion, nowMs: number): Frame {
  const frame = motion.at(nowMs);
  assert.ok(frame);
  return frame;
}

/** Metres east of the start. */
function east(place: LngLat): number {
  return distanceMeters({ lng: start.lng, lat: place.lat }, place) * Math.sign(place.lng - start.lng);
}

function near(actual: number, expected: number, within = 0.5): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);
}

test('before the first fix there is no car', () => {
  assert.equal(new Motion().at(0), undefined);
});

test('the first fix is shown at once', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90 }) }, 0);
  const frame = at(motion, 0);
  near(distanceMeters(frame, start), 0, 0.01);
  assert.equal(frame.heading, 90);
  assert.equal(frame.opacity, 1);
});

test('the car takes nextUpdateMs from one fix to the next, evenly', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  motion.push({ vehicle: fix(2, 20), nextUpdateMs: 2000 }, 1000);
  near(east(at(motion, 1000)), 0);
  near(east(at(motion, 2000)), 10);
  near(east(at(motion, 3000)), 20);
  near(east(at(motion, 9000)), 20);
  assert.equal(at(motion, 9000).moving, false);
});

test('the car follows the path round a corner', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  const corner = fix(2, 20);
  const end = fix(3, 20, 20);
  motion.push({ vehicle: end, path: path(fix(1, 0), corner, end), nextUpdateMs: 1000 }, 1000);
  near(distanceMeters(at(motion, 1500), corner), 0);
  near(distanceMeters(at(motion, 2000), end), 0);
});

test('what is left of the path before is driven too', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  motion.push({ vehicle: fix(2, 20), nextUpdateMs: 1000 }, 0);
  motion.push({ vehicle: fix(3, 20, 20), nextUpdateMs: 1000 }, 500);
  // 10 m to the corner, 20 m beyond: after a third of the time it is at the corner.
  near(distanceMeters(at(motion, 500 + 333), fix(2, 20)), 0);
  near(distanceMeters(at(motion, 1500), fix(3, 20, 20)), 0);
});

test('after the glide the car rolls on for three seconds and comes to a halt', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90, speed: 10 }) }, 0);
  motion.push({ vehicle: fix(2, 10, 0, { heading: 90, speed: 10 }), nextUpdateMs: 1000 }, 1000);
  near(east(at(motion, 2000)), 10);
  near(east(at(motion, 2000 + deadReckonMs / 2)), 10 + 11.25);
  near(east(at(motion, 2000 + deadReckonMs)), 25);
  near(east(at(motion, 60_000)), 25);
  assert.equal(at(motion, 60_000).moving, false);
});

test('a stale car does not roll on', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90, speed: 10 }) }, 0);
  motion.push({ vehicle: fix(2, 10, 0, { heading: 90, speed: 10 }), nextUpdateMs: 1000, stale: true }, 1000);
  near(east(at(motion, 60_000)), 10);
});

test('a slow car is not driven backwards after it rolled too far, it waits', () => {
  const motion = new Motion();
  const moving = { heading: 90, speed: 10 };
  motion.push({ vehicle: fix(1, 0, 0, moving) }, 0);
  motion.push({ vehicle: fix(2, 10, 0, moving), nextUpdateMs: 1000 }, 0);
  const rolled = east(at(motion, 2500));
  assert.ok(rolled > 20);
  motion.push({ vehicle: fix(3, 14, 0, { heading: 90, speed: 4 }), nextUpdateMs: 1000 }, 2500);
  near(east(at(motion, 3000)), rolled, 0.1);
  motion.push({ vehicle: fix(4, 40, 0, moving), nextUpdateMs: 1000 }, 3500);
  near(east(at(motion, 4500)), 40);
});

test('the marker never goes back along a straight road, whatever the noise in time', () => {
  const motion = new Motion();
  let last = -Infinity;
  let arrivalMs = 0;
  for (let n = 1; n < 60; n++) {
    motion.push({ vehicle: fix(n * 1000, n * 10, 0, { heading: 90, speed: 10 }), nextUpdateMs: 1000 }, arrivalMs);
    const next = arrivalMs + [1000, 400, 1900, 1000, 2600, 100][n % 6]!;
    for (let now = arrivalMs; now < next; now += 50) {
      const place = east(at(motion, now));
      assert.ok(place >= last - 0.05, `${place} after ${last}`);
      last = place;
    }
    arrivalMs = next;
  }
});

test('the car rolls on along the route, not straight ahead', () => {
  const motion = new Motion();
  motion.setRoute([fix(0, 0), fix(0, 15), fix(0, 15, 100)]);
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90, speed: 20 }) }, 0);
  motion.push({ vehicle: fix(2, 10, 0, { heading: 90, speed: 20 }), nextUpdateMs: 1000 }, 0);
  near(distanceMeters(at(motion, 60_000), fix(0, 15, 25)), 0);
});

test('a car that rolled straight on over a corner joins the street it took without turning back', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90, speed: 10 }) }, 0);
  motion.push({ vehicle: fix(2, 20, 0, { heading: 90, speed: 10 }), nextUpdateMs: 1000 }, 0);
  at(motion, 1500);
  motion.push({ vehicle: fix(3, 20, 20, { heading: 0, speed: 10 }), nextUpdateMs: 1000 }, 1500);
  let north = -1;
  for (let now = 1500; now <= 2500; now += 50) {
    const frame = at(motion, now);
    const value = frame.lat - start.lat;
    assert.ok(value >= north);
    north = value;
  }
  near(distanceMeters(at(motion, 2500), fix(3, 20, 20)), 0);
});

test('a gap of more than 150 m is jumped with a fade', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  motion.push({ vehicle: fix(2, 200), nextUpdateMs: 1000 }, 1000);
  near(east(at(motion, 1050)), 0);
  near(at(motion, 1050).opacity, 0.5, 0.01);
  near(east(at(motion, 1150)), 200);
  near(at(motion, 1150).opacity, 0.5, 0.01);
  assert.equal(at(motion, 1200).opacity, 1);
});

test('a long way with fixes close together is driven, not jumped', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  const fixes = [2, 3, 4, 5].map((n) => fix(n, (n - 1) * 60));
  motion.push({ vehicle: fixes[3]!, path: path(...fixes), nextUpdateMs: 1000 }, 0);
  near(east(at(motion, 500)), 120);
  near(east(at(motion, 1000)), 240);
});

test('a reset jumps', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(5, 0) }, 0);
  motion.push({ vehicle: fix(6, 30), nextUpdateMs: 1000, reset: true }, 1000);
  near(east(at(motion, 1200)), 30);
});

test('an older fix moves nothing', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(5, 30) }, 0);
  motion.push({ vehicle: fix(4, 0) }, 1000);
  near(east(at(motion, 5000)), 30);
});

test('the heading turns the short way, at most 180 degrees a second', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 350, speed: 5 }) }, 0);
  motion.push({ vehicle: fix(2, 0, 0, { heading: 80, speed: 5 }), nextUpdateMs: 1000 }, 0);
  let last = at(motion, 0).heading!;
  assert.equal(last, 350);
  for (let now = 16; now <= 1000; now += 16) {
    const heading = at(motion, now).heading!;
    const turn = turnDegrees(last, heading);
    assert.ok(turn >= 0 && turn <= 180 * 0.016 + 1e-6, `${turn}`);
    last = heading;
  }
  near(last, 80, 1);
});

test('the heading is held under 1 m/s', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0, 0, { heading: 90, speed: 5 }) }, 0);
  motion.push({ vehicle: fix(2, 1, 0, { heading: 270, speed: 0.3 }), nextUpdateMs: 1000 }, 0);
  assert.equal(at(motion, 3000).heading, 90);
});

test('without any direction the heading is unknown', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  assert.equal(at(motion, 100).heading, undefined);
});

test('a car without a heading of its own points along the way it drives', () => {
  const motion = new Motion();
  motion.push({ vehicle: fix(1, 0) }, 0);
  motion.push({ vehicle: fix(2, 20), nextUpdateMs: 1000 }, 0);
  near(at(motion, 900).heading!, 90, 1);
});

test('with reduced motion the car is at each fix at once and stays there', () => {
  const motion = new Motion(true);
  motion.push({ vehicle: fix(1, 0, 0, { heading: 0, speed: 10 }) }, 0);
  motion.push({ vehicle: fix(2, 200, 0, { heading: 90, speed: 10 }), nextUpdateMs: 1000 }, 0);
  const frame = at(motion, 0);
  near(east(frame), 200);
  assert.deepEqual([frame.heading, frame.opacity, at(motion, 5000).moving], [90, 1, false]);
  near(east(at(motion, 5000)), 200);
});
