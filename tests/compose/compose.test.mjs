// docker-compose.yml as a whole: builds it, starts it, breaks it, and sees that riders go on and that nothing stays.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Rider } from './rider.mjs';
import { compose, docker, edge, leftovers, nodeUrl, project } from './stack.mjs';

const bearer = (token) => ({ authorization: `Bearer ${token}` });

/** Asks again until the answer holds what it must: one node hears a moment later what another one was told. */
async function eventually(ask, holds, what) {
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(answer)}`);
  }
}

const directory = async () => (await eventually(
  async () => {
    const answer = await fetch(`${edge}/demo.json`);
    return { status: answer.status, demo: await answer.json() };
  },
  ({ status, demo }) => status === 200 && demo.trips.length > 0,
  'the directory',
)).demo;

/** A trip whose car has a long way to its pick-up still: one that was listed earlier may be over. */
const tripUnderWay = () => eventually(
  async () => {
    const states = await Promise.all((await directory()).trips.map(async (trip) => {
      const answer = await fetch(`${edge}/v1/trips/${trip.id}/live`, { headers: bearer(trip.token) });
      return { trip, state: answer.status === 200 ? await answer.json() : {} };
    }));
    return states.filter(({ state }) => state.status === 'enroute-to-pickup' && state.vehicle && state.eta).sort((a, b) => b.state.eta.seconds - a.state.eta.seconds)[0]?.trip;
  },
  (trip) => trip !== undefined,
  'a trip under way',
);

// `up --wait` gives up on a container that is unhealthy at that moment, as each node is until its first check after Redis came back.
async function healthyAgain() {
  const deadline = Date.now() + 180_000;
  while (true) {
    try {
      await compose(['up', '--wait', '--no-recreate', '--wait-timeout', '60']);
      return;
    } catch (failure) {
      if (Date.now() > deadline || !/is unhealthy/.test(failure.message)) throw failure;
    }
  }
}

describe('the compose stack', { timeout: 1_500_000 }, () => {
  let demo;

  before(async () => {
    await compose(['--profile', 'simulator', 'build', '--quiet']);
    await compose(['up', '--wait', '--wait-timeout', '180']);
    demo = await directory();
  });

  after(async () => {
    await compose(['down', '--volumes', '--timeout', '10']);
  });

  test('publishes the edge alone, on loopback', async () => {
    const { stdout } = await docker(['ps', '--filter', `label=com.docker.compose.project=${project}`, '--format', '{{.Label "com.docker.compose.service"}} {{.Ports}}']);
    const published = stdout.split('\n').filter((line) => line.includes('->'));
    assert.equal(published.length, 1, stdout);
    assert.match(published[0], /^edge .*127\.0\.0\.1:\d+->8080\/tcp/);
  });

  test('keeps metrics and health to itself', async () => {
    for (const path of ['/metrics', '/health/ready', '/health/live']) assert.equal((await fetch(edge + path)).status, 404, path);
  });

  test('serves the map, the town and the API description', async () => {
    for (const [path, type] of [['/', 'text/html'], ['/t/', 'text/html'], ['/lab/', 'text/html'], ['/map/config.json', 'application/json'], ['/map/town.geojson', 'application/geo+json'], ['/openapi/v1.json', 'application/json'], ['/asyncapi/v1.yaml', 'application/yaml']]) {
      const answer = await fetch(edge + path);
      assert.equal(answer.status, 200, path);
      assert.ok(answer.headers.get('content-type').startsWith(type), `${path}: ${answer.headers.get('content-type')}`);
    }
  });

  test('serves pages with a strict policy, and lists both nodes to a dispatcher', async () => {
    const page = await fetch(`${edge}/t/`);
    await page.body.cancel();
    assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
    // Each tells of itself every 2 s.
    await eventually(
      async () => (await (await fetch(`${edge}/v1/nodes`, { headers: bearer(demo.dispatcherToken) })).json()).nodes.map((node) => node.id.replace(/-[^-]*$/, '')),
      (names) => isDeepStrictEqual(names, ['tracking-1', 'tracking-2']),
      'the nodes',
    );
  });

  test('both nodes give a resource at rest one ETag, and each answers 304 to the other one\'s', async () => {
    const nodes = await Promise.all(['tracking-1', 'tracking-2'].map(nodeUrl));
    // Far from the town, so that no simulated car is near.
    const fix = { time: Date.now(), lat: 10.5, lng: 10.5, accuracy: 5, speed: 0 };
    const settled = await fetch(`${edge}/v1/drivers/${demo.driver}/fixes`, {
      method: 'POST', headers: { ...bearer(demo.driverToken), 'content-type': 'application/json' }, body: JSON.stringify([fix]),
    });
    assert.equal(settled.status, 200);
    assert.equal((await settled.json()).accepted, 1);
    const resources = [
      [`/v1/trips/${demo.driverTrip.id}/live`, demo.driverTrip.token],
      ['/v1/vehicles/live?bbox=10.4,10.4,10.6,10.6', demo.dispatcherToken],
      ['/v1/vehicles/live?near=10.5,10.5&radius=1000&limit=5', demo.dispatcherToken],
    ];
    for (const [path, token] of resources) {
      const tags = [];
      for (const node of nodes) {
        const shown = await eventually(
          async () => {
            const answer = await fetch(node + path, { headers: bearer(token) });
            assert.equal(answer.status, 200, path);
            return { text: await answer.text(), tag: answer.headers.get('etag') };
          },
          ({ text }) => text.includes('10.5'),
          path,
        );
        tags.push(shown.tag);
      }
      assert.equal(tags[0], tags[1], path);
      for (const node of nodes) {
        const again = await fetch(node + path, { headers: { ...bearer(token), 'if-none-match': tags[0] } });
        assert.equal(again.status, 304, path);
      }
    }
  });

  test('riders go on when the node that serves them is killed', async () => {
    const trip = await tripUnderWay();
    // Six, since the edge spreads them over both nodes.
    const riders = Array.from({ length: 6 }, () => new Rider(`${edge}/v1/trips/${trip.id}/live`, trip.token));
    try {
      await Promise.all(riders.map((rider) => rider.until('a first position', (state) => state.vehicle)));
      await compose(['kill', 'tracking-1']);
      const killed = Date.now();
      // The car may have to reconnect too, if it reported through that node.
      await Promise.all(riders.map((rider) => rider.until('a position from after the kill', (state) => state.vehicle?.time > killed, { ms: 90_000 })));
      assert.ok(riders.some((rider) => rider.breaks > 0), 'nobody was on the killed node');
      for (const { states } of riders) {
        const times = states.filter((state) => state.vehicle).map((state) => state.vehicle.time);
        assert.deepEqual(times, [...times].sort((a, b) => a - b), 'a position went back in time');
        const cursors = states.map((state) => state.cursor);
        assert.equal(new Set(cursors).size, cursors.length, 'a state came twice');
        assert.ok(!states.some((state) => state.reset), 'a cursor was not known on the other node');
      }
    } finally {
      await Promise.all(riders.map((rider) => rider.close()));
      await compose(['up', '--wait', '--no-recreate', '--wait-timeout', '60']);
    }
  });

  test('riders go on after Redis was killed and came back', async () => {
    const trip = await tripUnderWay();
    const url = `${edge}/v1/trips/${trip.id}/live`;
    const rider = new Rider(url, trip.token);
    try {
      await rider.until('a first position', (state) => state.vehicle);
      await compose(['kill', 'redis']);
      await rider.until('stale, since nothing can be known', (state) => state.stale, { later: true, ms: 90_000 });
      // Any other status than 200 would stop an EventSource for good.
      const stream = await fetch(url, { headers: { ...bearer(trip.token), accept: 'text/event-stream' } });
      assert.equal(stream.status, 200);
      assert.match(await stream.text(), /^retry: \d+\n/);
      const poll = await fetch(url, { headers: bearer(trip.token) });
      assert.equal(poll.status, 503);
      assert.ok(Number(poll.headers.get('retry-after')) > 0);
      await compose(['up', '--detach', '--no-recreate', 'redis']);
      await healthyAgain();
      const back = Date.now();
      await rider.until('a position after Redis is back', (state) => state.vehicle?.time > back && !state.stale, { later: true, ms: 120_000 });
      const times = rider.states.filter((state) => state.vehicle).map((state) => state.vehicle.time);
      assert.deepEqual(times, [...times].sort((a, b) => a - b), 'a position went back in time');
    } finally {
      await rider.close();
    }
  });

  test('the simulator replays a file through the edge', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ridetracker-compose-'));
    try {
      const rows = Array.from({ length: 120 }, (_, i) => `test-car,${new Date(Date.UTC(2026, 0, 1, 12, 0, i)).toISOString()},${(20 + i * 0.0001).toFixed(5)},20.00000,0`);
      await writeFile(join(folder, 'trace.csv'), ['driver_id,timestamp_utc,lat,lon,occupied', ...rows, ''].join('\n'), { mode: 0o644 });
      // The simulator is another user.
      await chmod(folder, 0o755);
      const printed = await compose(['run', '--rm', '--no-TTY', 'simulator', 'replay', 'trace.csv', '--speed', '20'], { env: { RIDETRACKER_TRACES: folder }, timeout: 300_000 });
      assert.match(printed, /120/, printed);
      await eventually(
        async () => (await (await fetch(`${edge}/v1/vehicles/live?near=20.006,20&radius=5000&limit=5`, { headers: bearer(demo.dispatcherToken) })).json()).vehicles.map((vehicle) => vehicle.id),
        (ids) => isDeepStrictEqual(ids, ['test-car']),
        'the cars near its way',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a browser shows the cars at the published port', async () => {
    // A runner of its own, not a part of this one; all else of the pages is tried on a demo.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const printed = await new Promise((resolve) => {
      execFile('npm', ['--prefix', fileURLToPath(new URL('../rider-map-e2e', import.meta.url)), 'run', 'test:deployment'], { env: { ...env, RIDETRACKER_URL: edge }, maxBuffer: 16 * 1024 * 1024 }, (_, out, err) => resolve(out + err));
    });
    assert.match(printed, /^(#|ℹ) fail 0$/m, printed);
    assert.match(printed, /^(#|ℹ) skipped 0$/m, printed);
    assert.match(printed, /^(#|ℹ) pass [1-9]/m, printed);
  });

  test('no log holds a token', async () => {
    // One that fails at the edge, and one that fails behind it: errors are what gets logged with its URL.
    await fetch(`${edge}/v1/trips/none/live?access_token=${demo.dispatcherToken}`);
    const logs = await compose(['logs', '--no-color']);
    assert.ok(logs.length > 0);
    assert.equal(/access_token=[^.]|eyJ/.exec(logs)?.[0], undefined);
  });

  test('down -v leaves nothing', async () => {
    assert.notDeepEqual(await leftovers(), []);
    await compose(['down', '--volumes', '--timeout', '30']);
    assert.deepEqual(await leftovers(), []);
  });
});
