/** Web Mercator on the unit square: x from 0 at 180° west to 1, y from 0 in the north to 1. Pure. */

export function mercatorX(lng: number): number {
  return (lng + 180) / 360;
}

export function mercatorY(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

export function lngOf(x: number): number {
  return x * 360 - 180;
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/** Pixels of the whole world at MapLibre's zoom. */
export function worldPixels(zoom: number): number {
  return 512 * 2 ** zoom;
}
