// What the edge answers itself, and who gets what it passes on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { missing, startEdge } from './edge.mjs';

const directives = (answer) => Object.fromEntries(answer.headers.get('content-security-policy').split('; ').map((one) => {
  const [name, ...sources] = one.split(' ').filter(Boolean);
  return [name, sources];
}));

describe('the edge with a demo', { skip: missing, timeout: 60_000 }, () => {
  let edge;
  before(async () => (edge = await startEdge()));
  after(() => edge.stop());

  for (const [method, path, who] of [
    ['GET', '/v1/trips/t_1/live', /tracking/],
    ['GET', '/v1/trips/t_1/route', /tracking/],
    ['PUT', '/v1/trips/t_1/route', /records/],
    ['GET', '/v1/vehicles/live', /tracking/],
    ['GET', '/v1/capabilities', /tracking/],
    ['POST', '/v1/seen', /tracking/],
    ['GET', '/v1/nodes', /tracking/],
    ['POST', '/v1/drivers/d_1/fixes', /tracking/],
    ['GET', '/v1/driver/ws', /tracking/],
    ['GET', '/v1/drivers', /records/],
    ['POST', '/v1/trips', /records/],
    ['GET', '/v1/events', /records/],
    ['GET', '/openapi/records-v1.json', /records/],
    ['GET', '/openapi/v1.json', /tracking/],
    ['GET', '/demo.json', /demo/],
    ['GET', '/map/config.json', /demo/],
    ['GET', '/map/town.geojson', /demo/],
  ]) {
    test(`${method} ${path} goes to ${who.source}`, async () => {
      const answer = await fetch(edge.url + path, { method });
      assert.match(await answer.text(), who);
      assert.equal(answer.headers.get('server'), null);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    });
  }

  test('metrics and health are kept to itself', async () => {
    for (const path of ['/metrics', '/health/ready']) assert.equal((await fetch(edge.url + path)).status, 404, path);
  });

  test('pages run and load nothing but their own, and nobody may frame them', async () => {
    const answer = await fetch(`${edge.url}/t/`);
    assert.equal(answer.status, 200);
    const policy = directives(answer);
    assert.deepEqual(policy['default-src'], ["'none'"]);
    for (const kind of ['script-src', 'style-src', 'font-src', 'connect-src', 'worker-src', 'manifest-src']) assert.deepEqual(policy[kind], ["'self'"], kind);
    assert.deepEqual(policy['img-src'], ["'self'", 'data:', 'blob:']);
    for (const kind of ['frame-ancestors', 'base-uri', 'form-action']) assert.deepEqual(policy[kind], ["'none'"], kind);
    assert.deepEqual(directives(await fetch(`${edge.url}/embed/`))['worker-src'], ["'self'", 'blob:']);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
    const [script] = /\/assets\/[^"]+\.js/.exec(await answer.text());
    const asset = await fetch(edge.url + script);
    assert.match(asset.headers.get('cache-control'), /immutable/);
    assert.ok(asset.headers.has('content-security-policy'), 'a worker has the policy of its own file');
  });

  test('an asset that is not there is not kept as missing', async () => {
    const answer = await fetch(`${edge.url}/assets/gone-0.js`);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
  });

  test('the embeddable component is for every site, and renewed within minutes', async () => {
    const answer = await fetch(`${edge.url}/embed/ride-tracker-trip.js`, { headers: { origin: 'https://partner.example.com' } });
    assert.equal(answer.status, 200);
    await answer.body.cancel();
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.match(answer.headers.get('content-type'), /javascript/);
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
  });

  test('a page without its slash leads to the page', async () => {
    for (const page of ['t', 'lab', 'dispatch', 'drive', 'embed']) {
      const answer = await fetch(`${edge.url}/${page}`, { redirect: 'manual' });
      assert.ok([301, 308].includes(answer.status), `${page}: ${answer.status}`);
      assert.equal(new URL(answer.headers.get('location'), edge.url).pathname, `/${page}/`);
    }
  });
});

describe('the edge without a demo', { skip: missing, timeout: 60_000 }, () => {
  const style = 'https://tiles.openfreemap.org/styles/liberty';
  let edge;
  before(async () => {
    edge = await startEdge({
      env: {
        RIDETRACKER_DEMO: 'off',
        Map__StyleUrl: style,
        Map__PmtilesUrl: 'https://files.example.org:8443/city.pmtiles',
        Map__Town: '/map/streets.geojson',
        Map__Center: '-122.42,37.77',
        Map__Zoom: '12.5',
        Map__Attribution: '© "OSM" & others',
        Map__OidcAuthority: 'https://login.example.org/realms/rides',
        Map__OidcClientId: 'map',
        Map__OidcScope: 'openid rides',
        Map__Origins: 'https://more.example.org',
        Map__FrameAncestors: "'self' https://partner.example.com",
      },
      files: { 'streets.geojson': '{"type":"FeatureCollection","features":[]}', 'city.pmtiles': 'PMTiles0123456789' },
    });
  });
  after(() => edge.stop());

  test('tells pages what its settings say of the map', async () => {
    const answer = await fetch(`${edge.url}/map/config.json`);
    assert.match(answer.headers.get('content-type'), /^application\/json/);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(await answer.json(), {
      styleUrl: style,
      pmtiles: 'https://files.example.org:8443/city.pmtiles',
      town: '/map/streets.geojson',
      center: [-122.42, 37.77],
      zoom: 12.5,
      attribution: '© "OSM" & others',
      oidc: { authority: 'https://login.example.org/realms/rides', clientId: 'map', scope: 'openid rides' },
    });
  });

  test('lets pages load from the origins of the settings, and be framed by whom they name', async () => {
    const policy = directives(await fetch(`${edge.url}/`));
    const others = ['https://tiles.openfreemap.org', 'https://files.example.org:8443', 'https://login.example.org', 'https://more.example.org'];
    assert.deepEqual(policy['connect-src'], ["'self'", ...others]);
    assert.deepEqual(policy['img-src'], ["'self'", 'data:', 'blob:', ...others]);
    assert.deepEqual(policy['script-src'], ["'self'"]);
    assert.deepEqual(policy['frame-ancestors'], ["'self'", 'https://partner.example.com']);
  });

  test('serves map data of its own, to every site and in ranges', async () => {
    const streets = await fetch(`${edge.url}/map/streets.geojson`);
    assert.match(streets.headers.get('content-type'), /^application\/geo\+json/);
    assert.equal((await streets.json()).type, 'FeatureCollection');
    const part = await fetch(`${edge.url}/map/city.pmtiles`, { headers: { range: 'bytes=7-9' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), '012');
    assert.equal(part.headers.get('access-control-allow-origin'), '*');
    const preflight = await fetch(`${edge.url}/map/city.pmtiles`, {
      method: 'OPTIONS', headers: { origin: 'https://partner.example.com', 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers'), /Range/);
  });

  test('hands nobody a token', async () => {
    for (const path of ['/demo.json', '/demo/token?role=dispatcher']) assert.equal((await fetch(edge.url + path)).status, 404, path);
  });
});

describe('the edge with no settings of the map', { skip: missing, timeout: 60_000 }, () => {
  test('tells pages that there is none', async () => {
    const edge = await startEdge({ env: { RIDETRACKER_DEMO: 'off', Map__StyleUrl: '', Map__Center: '', Map__OidcScope: 'openid' } });
    try {
      assert.deepEqual(await (await fetch(`${edge.url}/map/config.json`)).json(), {
        styleUrl: null, pmtiles: null, town: null, center: [0, 20], zoom: 2, attribution: '', oidc: null,
      });
    } finally {
      await edge.stop();
    }
  });
});
