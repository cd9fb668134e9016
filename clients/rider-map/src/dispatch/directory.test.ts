import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './api.js';
import { Directory, type Trip } from './directory.js';

const place = { lat: 1, lng: 2 };
const trip = (id: string, status: Trip['status'], version: number): Trip => ({ id, status, version, pickup: place, dropoff: place, driver: `driver-of-${id}`, created: 0 });

/** Lists what it is given; `meanwhile` happens between the lists of trips and the last of their pages. */
function directoryOf(listed: readonly Trip[], meanwhile: (directory: Directory) => void = () => {}): Directory {
  const api = {
    json: async () => ({ id: 'somebody' }),
    pages: async (path: string, _: number, take: (items: readonly unknown[]) => void) => {
      if (path === '/v1/drivers') return;
      take(listed.filter(({ status }) => path.endsWith(`=${status}`)));
      if (path.endsWith('=enroute-to-dropoff')) meanwhile(directory);
    },
  } as unknown as Api;
  const directory = new Directory(api, () => {});
  return directory;
}

test('a trip that is listed no more is gone, and its driver free', async () => {
  const listed = [trip('a', 'enroute-to-pickup', 1)];
  const directory = directoryOf(listed);
  await directory.load();
  assert.equal(directory.tripOf.get('driver-of-a')?.id, 'a');
  listed.pop();
  await directory.load();
  assert.deepEqual([directory.trips.size, directory.tripOf.size], [0, 0]);
});

test('a trip that began while all were read stays', async () => {
  const directory = directoryOf([], (here) => here.put(trip('young', 'new', 1)));
  await directory.load();
  assert.deepEqual([...directory.trips.keys()], ['young']);
});

test('a trip that ended while all were read does not come back', async () => {
  const directory = directoryOf([trip('a', 'enroute-to-dropoff', 3)], (here) => here.put(trip('a', 'complete', 4)));
  await directory.load();
  assert.deepEqual([directory.trips.size, directory.tripOf.size], [0, 0]);
});

test('of a trip that changed while all were read, the newer version counts', async () => {
  const directory = directoryOf([trip('a', 'enroute-to-dropoff', 3), trip('b', 'new', 2)], (here) => {
    here.put(trip('a', 'enroute-to-dropoff', 4));
    here.put(trip('b', 'new', 1));
  });
  await directory.load();
  assert.deepEqual([directory.trips.get('a')?.version, directory.trips.get('b')?.version], [4, 2]);
});

test('a trip that changes while it is read is read again after that, and an old answer brings none back', async () => {
  const answers: ((trip: Trip) => void)[] = [];
  const api = { json: (path: string) => (path.startsWith('/v1/trips/') ? new Promise((resolve) => answers.push(resolve)) : Promise.resolve({ id: 'somebody' })) } as unknown as Api;
  const directory = new Directory(api, () => {});
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const changed = (number: number) => ({ number, kind: 'trip-status', time: 0, trip: 'a' });
  directory.take(changed(1));
  directory.take(changed(2));
  assert.equal(answers.length, 1);
  answers[0]!(trip('a', 'enroute-to-dropoff', 3));
  await settled();
  assert.deepEqual([answers.length, directory.trips.get('a')?.version], [2, 3]);
  answers[1]!(trip('a', 'complete', 4));
  await settled();
  assert.deepEqual([answers.length, directory.trips.size], [2, 0]);
});
