/** The map's colours, light and dark, by map-design's tables, and which of the two is wanted. */

export interface MapColors {
  readonly water: string;
  readonly shore: string;
  readonly land: string;
  readonly park: string;
  readonly path: string;
  readonly pathCasing: string;
  readonly rail: string;
  readonly minor: readonly [fill: string, casing: string];
  readonly tertiary: readonly [fill: string, casing: string];
  readonly secondary: readonly [fill: string, casing: string];
  readonly primary: readonly [fill: string, casing: string];
  readonly motorway: readonly [fill: string, casing: string];
  readonly behind: string;
  readonly ahead: string;
  readonly aheadHalo: string;
  readonly reachNear: string;
  readonly reachFar: string;
  readonly street: string;
  readonly waterName: string;
  readonly parkName: string;
  readonly bridge: string;
  readonly area: string;
  readonly halo: string;
  readonly arrow: string;
  readonly accent: string;
  readonly live: string;
  readonly warn: string;
  readonly warnSoft: string;
  readonly card: string;
  readonly ink: string;
}

const light: MapColors = {
  water: '#B7DAEA',
  shore: '#D3EAF3',
  land: '#F3F1EC',
  park: '#DCEBD2',
  path: '#E6E1D7',
  pathCasing: '#E6E1D7',
  rail: '#D3CEC4',
  minor: ['#FFFFFF', '#E4E0D7'],
  tertiary: ['#FFFFFF', '#DCD7CB'],
  secondary: ['#FFFFFF', '#D3CDBF'],
  primary: ['#FFF3D4', '#E2CD98'],
  motorway: ['#FFDF9C', '#DBB563'],
  behind: '#A9BCF3',
  ahead: '#2457F5',
  aheadHalo: '#FFFFFF',
  reachNear: '#C8740F',
  reachFar: '#F3C27C',
  street: '#5E625F',
  waterName: '#2F6078',
  parkName: '#42683A',
  bridge: '#C6BEAE',
  area: '#666D79',
  halo: '#FFFFFF',
  arrow: '#A8A294',
  accent: '#2457F5',
  live: '#0A7A4B',
  warn: '#8A5300',
  warnSoft: '#FFF3DF',
  card: '#FFFFFF',
  ink: '#0E1116',
};

const dark: MapColors = {
  water: '#0D2233',
  shore: '#13304A',
  land: '#171A20',
  park: '#17261F',
  path: '#242830',
  pathCasing: '#242830',
  rail: '#2C3038',
  minor: ['#2B303A', '#15181D'],
  tertiary: ['#313742', '#15181D'],
  secondary: ['#363C4A', '#14171C'],
  primary: ['#3F4657', '#14171C'],
  motorway: ['#534C39', '#17171A'],
  behind: '#3A4E82',
  ahead: '#6E9BFF',
  aheadHalo: '#171A20',
  reachNear: '#F2A63C',
  reachFar: '#4A3B26',
  street: '#B7BFCC',
  waterName: '#7FA9C6',
  parkName: '#86AD94',
  bridge: '#4A5261',
  area: '#99A2B2',
  halo: '#171A20',
  arrow: '#6B7382',
  accent: '#6E9BFF',
  live: '#3DDC97',
  warn: '#FFC266',
  warnSoft: '#382C17',
  card: '#1D2129',
  ink: '#F4F6FA',
};

const wantsDark = matchMedia('(prefers-color-scheme: dark)');

export type Theme = 'auto' | 'light' | 'dark';

export function mapColors(theme: Theme = 'auto'): MapColors {
  return theme === 'dark' || (theme === 'auto' && wantsDark.matches) ? dark : light;
}

/** Calls `listener` when the device changes; until the returned function is called. */
export function onThemeChange(listener: () => void): () => void {
  wantsDark.addEventListener('change', listener);
  return () => wantsDark.removeEventListener('change', listener);
}
