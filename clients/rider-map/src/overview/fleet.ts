/** Which mark each car of the overview gets, and how many there are of each. Pure. */
import type { Vehicle } from '@ridetracker/rider-client';

export type Kind = 'idle' | 'busy' | 'stale';

export interface Counts {
  readonly all: number;
  readonly idle: number;
  readonly busy: number;
  readonly stale: number;
}

/** A car where it is drawn. */
export interface Shown {
  readonly lng: number;
  readonly lat: number;
  readonly heading: number | undefined;
}

export function kindOf(vehicle: Vehicle): Kind {
  return vehicle.stale ? 'stale' : vehicle.status;
}

export function countsOf(vehicles: Iterable<Vehicle>): Counts {
  const counts = { all: 0, idle: 0, busy: 0, stale: 0 };
  for (const vehicle of vehicles) {
    counts.all++;
    counts[kindOf(vehicle)]++;
  }
  return counts;
}

/** One source for all cars: the mark and its turn are properties, drawn by one layer. */
export function fleetGeoJson(
  vehicles: Iterable<Vehicle>,
  whereOf: (vehicle: Vehicle) => Shown,
): GeoJSON.FeatureCollection<GeoJSON.Point> {
  const features: GeoJSON.Feature<GeoJSON.Point>[] = [];
  for (const vehicle of vehicles) {
    const kind = kindOf(vehicle);
    const { lng, lat, heading } = whereOf(vehicle);
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lng, lat] },
      properties: {
        id: vehicle.id,
        mark: `${kind}-${heading === undefined ? 'disc' : 'arrow'}`,
        heading: heading ?? 0,
        // Idle cars are drawn first, silent ones last: what needs a look lies on top.
        order: kind === 'stale' ? 2 : kind === 'busy' ? 1 : 0,
      },
    });
  }
  return { type: 'FeatureCollection', features };
}
