/**
 * Moves one marker from fix to fix: along the path over `nextUpdateMs`, then by dead reckoning to a halt, never backwards.
 * Pure: time is what the caller says it is.
 */
import { ahead, bearingDegrees, distanceMeters, lengthMeters, nearestOnLine, pointAlong, turnDegrees, type LngLat } from './geo.js';

export interface Fix extends LngLat {
  /** Degrees clockwise from north. */
  readonly heading?: number;
  /** Metres per second. */
  readonly speed?: number;
  /** Unix milliseconds. */
  readonly time: number;
}

export interface News {
  readonly vehicle: Fix;
  /** `[lng, lat, time]`, oldest first. */
  readonly path?: readonly (readonly [number, number, number])[];
  readonly nextUpdateMs?: number;
  readonly reset?: boolean;
  readonly stale?: boolean;
}

export interface Frame extends LngLat {
  /** Undefined while no direction is known. */
  readonly heading: number | undefined;
  /** 0 to 1; less than 1 while the marker jumps. */
  readonly opacity: number;
  /** Whether the next frame will differ. */
  readonly moving: boolean;
}

/** Farther than this between two neighbouring fixes is a jump, metres. */
export const jumpMeters = 150;
/** A marker glides no farther than this in one go, metres: beyond, it would race. */
const glideMeters = 600;
/** The marker goes on by itself for this long, slowing to a halt, milliseconds. */
export const deadReckonMs = 3000;
export const fadeMs = 200;
const turnPerSecond = 180;
/** Below this speed a heading is noise, metres per second. */
const headingSpeed = 1;
/** A segment shorter than this has no direction worth turning to, metres. */
const headingMeters = 4;
/** Before the first announcement of the server, milliseconds. */
const defaultGlideMs = 1000;
const longestGlideMs = 10_000;

interface Plan {
  readonly line: readonly LngLat[];
  readonly lengthMeters: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** Where to go on after the end: by the route, else by the heading. */
  readonly beyond: readonly LngLat[];
  /** Metres per second at the end. */
  readonly speed: number;
  readonly heading: number | undefined;
}

export class Motion {
  readonly #reduced: boolean;
  #plan: Plan | undefined;
  #newestTime = -Infinity;
  #shown: LngLat | undefined;
  #heading: number | undefined;
  #atMs = 0;
  #jump: { from: Frame; startMs: number } | undefined;
  #route: readonly LngLat[] = [];

  /** `reduced`: no glide, no dead reckoning, no fade. */
  constructor(reduced = false) {
    this.#reduced = reduced;
  }

  /** The planned way ahead; the marker follows it where no fix says otherwise. */
  setRoute(line: readonly LngLat[]): void {
    this.#route = line;
  }

  /** Forgets the car. */
  clear(): void {
    this.#plan = undefined;
    this.#shown = undefined;
    this.#heading = undefined;
    this.#jump = undefined;
    this.#newestTime = -Infinity;
  }

  push(news: News, nowMs: number): void {
    const { vehicle } = news;
    const shown = this.#shown && this.at(nowMs);
    if (vehicle.time <= this.#newestTime && !news.reset) {
      // No new fix: where the marker is going still holds, but a stale car goes no farther by guessing.
      if (news.stale && this.#plan) this.#plan = { ...this.#plan, speed: 0 };
      return;
    }
    const since = this.#newestTime;
    this.#newestTime = Math.max(vehicle.time, since);
    const fresh: LngLat[] = (news.path ?? [])
      .filter(([, , time]) => time > since && time < vehicle.time)
      .map(([lng, lat]) => ({ lng, lat }));
    fresh.push({ lng: vehicle.lng, lat: vehicle.lat });
    const speed = news.stale || this.#reduced ? 0 : (vehicle.speed ?? 0);
    const heading = vehicle.heading !== undefined && (vehicle.speed ?? headingSpeed) >= headingSpeed ? vehicle.heading : undefined;

    const line = shown && !news.reset && !this.#reduced ? this.#follow(shown, fresh, speed, heading) : undefined;
    if (!line) {
      const place = fresh[fresh.length - 1]!;
      if (shown && !this.#reduced && distanceMeters(shown, place) > 1) this.#jump = { from: shown, startMs: nowMs };
      this.#heading = heading ?? vehicle.heading ?? directionOf(fresh) ?? this.#heading;
      this.#start([place], 0, nowMs, speed, heading);
      this.#shown = place;
      return;
    }
    const duration = Math.min(longestGlideMs, Math.max(100, news.nextUpdateMs ?? defaultGlideMs));
    this.#start(line, duration, nowMs, speed, heading);
  }

  /** Where the marker is now. Undefined before the first fix. */
  at(nowMs: number): Frame | undefined {
    const plan = this.#plan;
    if (!plan || !this.#shown) return undefined;
    const elapsed = nowMs - plan.startMs;
    const gliding = elapsed < plan.durationMs;
    let place: LngLat;
    let wanted: number | undefined;
    let drifting = false;
    if (gliding) {
      const at = pointAlong(plan.line, (plan.lengthMeters * elapsed) / plan.durationMs);
      place = at.point;
      wanted = plan.lengthMeters >= headingMeters ? at.bearing : undefined;
    } else {
      const overMs = Math.min(deadReckonMs, elapsed - plan.durationMs);
      drifting = plan.speed > 0 && overMs < deadReckonMs && plan.beyond.length > 1;
      // The speed falls evenly to nothing, so the way is the area under that slope.
      const meters = plan.speed * (overMs / 1000) * (1 - overMs / (2 * deadReckonMs));
      const at = pointAlong(plan.beyond, meters);
      place = at.point;
      wanted = plan.speed >= headingSpeed && plan.beyond.length > 1 ? at.bearing : plan.heading;
    }
    const turned = this.#turn(wanted ?? plan.heading, nowMs);
    this.#shown = place;
    const opacity = this.#fade(nowMs);
    const frame: Frame = { ...place, heading: this.#heading, opacity, moving: gliding || drifting || turned || opacity < 1 };
    // While the old place fades out the marker stays there.
    const from = this.#jump && nowMs - this.#jump.startMs < fadeMs / 2 ? this.#jump.from : undefined;
    return from ? { ...frame, lng: from.lng, lat: from.lat, heading: from.heading } : frame;
  }

  /** The way from where the marker is to the newest fix, or undefined if it has to jump there. */
  #follow(
    shown: LngLat,
    fresh: readonly LngLat[],
    speed: number,
    heading: number | undefined,
  ): readonly LngLat[] | undefined {
    const plan = this.#plan;
    // What is left of the old plan lies before the new fixes.
    const track = [...(plan ? [plan.line[plan.line.length - 1]!] : []), ...fresh];
    let previous = shown;
    for (const place of fresh) {
      if (distanceMeters(previous, place) > jumpMeters && distanceMeters(track[0]!, place) > jumpMeters) return undefined;
      previous = place;
    }
    const rest = plan ? this.#restOf(plan, shown) : [];
    const whole = [...rest, ...fresh];
    if (lengthMeters([shown, ...whole]) > glideMeters) return undefined;
    if (rest.length > 0) return [shown, ...whole];
    const near = nearestOnLine(track, shown);
    const total = lengthMeters(track);
    const end = track[track.length - 1]!;
    if (total - near.atMeters < 0.5 && near.offMeters > 0.5) {
      // The marker has overshot. Backwards it never goes: a moving car catches up; one that turned or stopped short is put right.
      const back = distanceMeters(shown, end);
      const direction = heading ?? directionOf(track) ?? this.#heading;
      const behind = direction !== undefined && Math.abs(turnDegrees(direction, bearingDegrees(shown, end))) > 90;
      if (behind && speed >= headingSpeed && back < speed * 3) return [shown];
      return [shown, end];
    }
    // Join the track ahead by as much as the marker is beside it, so that it cuts the corner and does not turn back.
    const joinAt = Math.min(total, near.atMeters + near.offMeters);
    const line: LngLat[] = [shown];
    let at = 0;
    for (let i = 1; i < track.length; i++) {
      at += distanceMeters(track[i - 1]!, track[i]!);
      if (at > joinAt + 0.01) {
        if (line.length === 1 && near.offMeters > 0.01) line.push(pointAlong(track, joinAt).point);
        line.push(track[i]!);
      }
    }
    if (line.length === 1) line.push(end);
    return line;
  }

  /** The vertices of a plan that the marker has not reached yet. */
  #restOf(plan: Plan, shown: LngLat): LngLat[] {
    const near = nearestOnLine(plan.line, shown);
    if (near.offMeters > 0.5 || plan.lengthMeters - near.atMeters < 0.5) return [];
    return plan.line.slice(near.segment + 1);
  }

  #start(line: readonly LngLat[], durationMs: number, nowMs: number, speed: number, heading: number | undefined): void {
    const end = line[line.length - 1]!;
    const reach = speed * (deadReckonMs / 1000);
    const direction = heading ?? directionOf(line);
    let beyond: readonly LngLat[] = [end];
    if (reach > 0) {
      const onRoute = this.#route.length > 1 ? nearestOnLine(this.#route, end) : undefined;
      if (onRoute && onRoute.offMeters < 25) beyond = [end, ...this.#route.slice(onRoute.segment + 1)];
      else if (direction !== undefined) beyond = [end, ahead(end, direction, reach)];
    }
    this.#plan = { line, lengthMeters: lengthMeters(line), startMs: nowMs, durationMs, beyond, speed, heading };
    this.#atMs = nowMs;
  }

  /** Turns towards a heading the short way, no faster than allowed; true while there is a way to go. */
  #turn(wanted: number | undefined, nowMs: number): boolean {
    const seconds = Math.max(0, nowMs - this.#atMs) / 1000;
    this.#atMs = nowMs;
    if (wanted === undefined) return false;
    if (this.#heading === undefined || this.#reduced) {
      this.#heading = wanted;
      return false;
    }
    const turn = turnDegrees(this.#heading, wanted);
    const most = turnPerSecond * seconds;
    const step = Math.max(-most, Math.min(most, turn));
    this.#heading = (this.#heading + step + 360) % 360;
    return Math.abs(turn - step) > 0.5;
  }

  #fade(nowMs: number): number {
    if (!this.#jump) return 1;
    const share = (nowMs - this.#jump.startMs) / fadeMs;
    if (share >= 1) {
      this.#jump = undefined;
      return 1;
    }
    return Math.abs(1 - 2 * Math.max(0, share));
  }
}

function directionOf(line: readonly LngLat[]): number | undefined {
  const end = line[line.length - 1]!;
  for (let i = line.length - 2; i >= 0; i--) {
    if (distanceMeters(line[i]!, end) >= headingMeters) return bearingDegrees(line[i]!, end);
  }
  return undefined;
}
