/** The example page of the embedded map: the code to copy, and a live one of the demo's trips (or of the token after the #). */
import { loadDemo } from '../page/demo.js';
import { h } from '../page/dom.js';
import '../page/page.css';
import './example.css';

const file = '/embed/ride-tracker-trip.js';

function find<T extends Element>(selector: string): T {
  return document.querySelector<T>(selector)!;
}

async function main(): Promise<void> {
  const code = [`<script type="module" src="${location.origin}${file}"></script>`, '<ride-tracker-trip token="TOKEN"></ride-tracker-trip>'].join('\n');
  find('.code code').textContent = code;
  const copy = find<HTMLButtonElement>('.copy');
  copy.addEventListener('click', async () => {
    // Without the permission the text is selected, so that the keyboard can copy it.
    const done = await navigator.clipboard?.writeText(code).then(() => true, () => false);
    if (!done) getSelection()?.selectAllChildren(find('.code code'));
    copy.textContent = done ? 'Copied' : 'Selected';
    find('.spoken').textContent = done ? 'Copied' : 'Selected: press Ctrl C';
  });

  const token = location.hash.slice(1) || (await loadDemo())?.trips.at(-1)?.token;
  const place = find('.place');
  if (!token) {
    place.append(h('p', { class: 'hint' }, 'There is no demo here. Put a share link’s token behind the address of this page, after a #, to see a trip.'));
    return;
  }
  // As on any other page: the built file, not the modules it was made of.
  document.head.append(h('script', { type: 'module', src: file }));
  const trip = h('ride-tracker-trip' as 'div', { token });
  const told = find('.events output');
  trip.addEventListener('state', (event) => (told.textContent = `state: ${(event as CustomEvent<{ status: string }>).detail.status}, ${new Date().toLocaleTimeString()}`));
  trip.addEventListener('end', (event) => (told.textContent = `end: ${(event as CustomEvent<{ reason: string }>).detail.reason}`));
  place.append(trip);
}

void main();
