/** The car and the two stops, drawn from above; colours come from the page's style sheet. */
import { h, svg } from '../page/dom.js';

let cones = 0;

/** 30 × 63 px with its halo, nose up, and a light cone of 60° before it. */
export function carMarker(name = 'Car'): HTMLElement {
  // Each its own: a gradient in a part of the page that is not shown has no colours.
  const cone = `cone-${++cones}`;
  const car = svg(
    { class: 'car', viewBox: '-15 -31.5 30 63', width: '30', height: '63', 'aria-hidden': 'true' },
    `<defs><radialGradient id="${cone}" gradientUnits="userSpaceOnUse" cx="0" cy="-8" r="66">
       <stop class="cone-near" offset="0.26"/><stop class="cone-far" offset="1"/></radialGradient></defs>
     <path class="car-cone" fill="url(#${cone})" d="M0 -8 L-33 -65.2 A66 66 0 0 1 33 -65.2 Z"/>
     <g class="car-body">
       <rect class="car-halo" x="-14" y="-30.5" width="28" height="61" rx="13"/>
       <path class="car-paint" d="M-14.6 -11.4h3v2.6h-3zM11.6 -11.4h3v2.6h-3z"/>
       <rect class="car-paint" x="-11.5" y="-28" width="23" height="56" rx="10.5"/>
       <path class="car-glass" d="M-8.4 -8.6Q0 -15.4 8.4 -8.6L6.6 -1.6Q0 -3.6 -6.6 -1.6Z"/>
       <path class="car-roof" d="M-6.6 -0.6Q0 -2.4 6.6 -0.6V11.4Q0 12.8 -6.6 11.4Z"/>
       <path class="car-rear" d="M-6.6 13Q0 14.4 6.6 13L8.2 18.4Q0 22 -8.2 18.4Z"/>
       <path class="car-side" d="M-9.9 -6.6 -8 -0.6V11L-9.9 15ZM9.9 -6.6 8 -0.6V11L9.9 15Z"/>
       <path class="car-lamp" d="M-9.6 -21.4Q-8.4 -25.8 -4.6 -26.6L-5 -24.2Q-7.4 -23.6 -8 -20.8ZM9.6 -21.4Q8.4 -25.8 4.6 -26.6L5 -24.2Q7.4 -23.6 8 -20.8Z"/>
       <path class="car-tail" d="M-10 22.4Q-9 25.4 -6 26.4L-6 24.8Q-8 24 -8.6 21.8ZM10 22.4Q9 25.4 6 26.4L6 24.8Q8 24 8.6 21.8Z"/>
     </g>
     <g class="car-disc"><circle class="car-halo" r="13.5"/><circle class="car-paint" r="11"/><circle class="car-glass" r="4.5"/></g>`,
  );
  return h('div', { class: 'car-marker', role: 'img', 'aria-label': name }, car);
}

const heads = {
  pickup: `<circle class="pin-halo" cx="22" cy="20" r="19"/><circle class="pin-head" cx="22" cy="20" r="16.5"/>
    <circle class="pin-sign" cx="22" cy="15.6" r="4.4"/>
    <path class="pin-stroke" d="M13.8 28.4a8.4 8.4 0 0 1 16.4 0"/>`,
  dropoff: `<rect class="pin-halo" x="3" y="1" width="38" height="38" rx="12"/><rect class="pin-head" x="5.5" y="3.5" width="33" height="33" rx="9.5"/>
    <path class="pin-sign" d="M16 11.6q0-1 1-1h11.4q1 0 .5.9l-2.4 4.2 2.4 4.2q.5.9-.5.9H18.2v8.6q0 1.1-1.1 1.1T16 29.4Z"/>`,
};

/** 44 × 58 px; its foot is the place. The label is shown on wide screens. */
export function stopMarker(kind: 'pickup' | 'dropoff', caption: string, label: string | undefined): HTMLElement {
  const marker = h(
    'div',
    { class: `stop-marker ${kind}`, role: 'img', 'aria-label': label ? `${caption}: ${label}` : caption },
    svg(
      { viewBox: '0 0 44 58', width: '44', height: '58', 'aria-hidden': 'true' },
      `<ellipse class="pin-shadow" cx="22" cy="55" rx="8" ry="2.6"/>
       <path class="pin-halo-stroke" d="M22 38V53"/><path class="pin-stem" d="M22 38V53.5"/>${heads[kind]}`,
    ),
  );
  if (label) marker.append(h('div', { class: 'stop-label', dir: 'auto' }, h('small', {}, caption), h('b', {}, label)));
  return marker;
}
