/** The rider's page: the ride of the token in the address, in the reader's language. */
import { loadMessages, pickLanguage } from '../page/i18n/language.js';
import { Speech } from '../page/i18n/speech.js';
import { isStrategy } from '../page/strategy-menu.js';
import '../page/page.css';
import './rider.css';
import { loadRiderMap } from './load-map.js';
import { Ride } from './ride.js';

async function main(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const asked = query.get('lang');
  const language = pickLanguage([...(asked === null ? [] : [asked]), ...navigator.languages]);
  // The map is on its way while the words come; it is not waited for.
  void loadRiderMap();
  const speech = new Speech(language, await loadMessages(language));
  document.documentElement.lang = language.lang;
  document.documentElement.dir = language.dir;
  document.title = speech.t.pageTitle;

  const pinned = query.get('via');
  const ride = new Ride(document.body, {
    server: location.origin,
    token: location.hash.slice(1),
    strategy: isStrategy(pinned) ? pinned : 'auto',
    speech,
    theme: 'auto',
    renews: true,
    onPhase: (phase) => (document.body.dataset['phase'] = phase),
    // A reload or a bookmark then has the token that still works.
    onToken: (token) => history.replaceState(null, '', `#${token}`),
    onMapReady: () => (document.body.dataset['map'] = 'ready'),
  });
  Object.defineProperty(window, '__ridetracker', { value: ride.hook });
  addEventListener('hashchange', () => location.reload());
}

void main();
