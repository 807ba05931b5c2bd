import type { JSX } from 'preact';

/** A coloured shape: its path in a 24×24 box, and a stroke instead of a fill where it is a line. */
type Shape = readonly [path: string, colour: string, kind?: 'line'];

const green = '#2f9e63';
const red = '#d6334c';
const amber = '#f2b01e';
const blue = '#3b82d0';
const grey = '#7d8791';
const dark = '#3a424a';
const white = '#ffffff';
const paper = '#e9edf1';

const disc = 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z';
const tile = 'M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z';
const tick = 'M6.5 12.5l3.8 3.8 7.2-8.2';
const envelope = 'M2 5h20v14H2z';
const sheet = 'M5 2h10l4 4v16H5z';
const body = 'M12 3a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM3.5 22c0-5 3.6-8 8.5-8s8.5 3 8.5 8z';
const glass = 'M6 2h12v3l-4.5 7L18 19v3H6v-3l4.5-7L6 5z';
const bell = 'M12 2a6 6 0 0 0-6 6v5l-2.5 4h17L18 13V8a6 6 0 0 0-6-6ZM9.5 18.5a2.5 2.5 0 0 0 5 0z';
const shackle = 'M7.5 11V8a4.5 4.5 0 0 1 9 0v3';
const clockFace: readonly Shape[] = [
  [disc, dark],
  ['M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z', white],
];

function clock(hour: number): readonly Shape[] {
  const angle = (hour / 12) * 2 * Math.PI;
  const [x, y] = [12 + 4 * Math.sin(angle), 12 - 4 * Math.cos(angle)].map((value) => value.toFixed(1));
  return [...clockFace, [`M12 6.5V12L${x} ${y}`, dark, 'line']];
}

const person: readonly Shape[] = [[body, '#5b6f9c']];
const people: readonly Shape[] = [
  ['M16.5 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM9.5 21c.4-4.5 3.2-7 7-7s6.5 2.5 6.5 7z', '#8797bd'],
  ['M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM1 21c0-4.5 3.2-7 7-7s7 2.5 7 7z', '#5b6f9c'],
];
const letter: readonly Shape[] = [
  [envelope, paper],
  ['M2 5l10 8L22 5M2 19l7-8.3M22 19l-7-8.3M2 5h20v14H2z', grey, 'line'],
];
const memo: readonly Shape[] = [
  [sheet, paper],
  ['M8 8h7M8 12h8M8 16h5', grey, 'line'],
  ['M13 20l1-4 6.5-6.5 3 3L17 19z', amber],
];
const page: readonly Shape[] = [
  [sheet, paper],
  ['M8.5 9h7M8.5 13h7M8.5 17h5', grey, 'line'],
];
const pause: readonly Shape[] = [
  [tile, blue],
  ['M9.5 7v10M14.5 7v10', white, 'line'],
];
const stop: readonly Shape[] = [
  [tile, blue],
  ['M8 8h8v8H8z', white],
];
const magnifier: readonly Shape[] = [
  ['M14.5 14.5L21 21', dark, 'line'],
  ['M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z', '#bfe0f7'],
  ['M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z', dark, 'line'],
];
const calendar: readonly Shape[] = [
  ['M3 4h18v18H3z', paper],
  ['M3 4h18v5H3z', red],
  ['M7 13h3M14 13h3M7 17.5h3M14 17.5h3M7.5 2v4M16.5 2v4', grey, 'line'],
];
const hourglass: readonly Shape[] = [
  [glass, '#cfe6f5'],
  ['M8.5 20.5L12 15l3.5 5.5zM9 7.5h6L12 12z', amber],
  ['M5.5 2.5h13M5.5 21.5h13', '#9a6b3f', 'line'],
];
const plug = (path: string): readonly Shape[] => [
  [tile, blue],
  [path, white, 'line'],
];

const art: Readonly<Record<string, readonly Shape[]>> = {
  white_check_mark: [
    [tile, green],
    [tick, white, 'line'],
  ],
  heavy_check_mark: [[tick, green, 'line']],
  ballot_box_with_check: plug(tick),
  warning: [
    ['M12 2 1 21.5h22z', amber],
    ['M12 9v6M12 18.3v.2', dark, 'line'],
  ],
  x: [['M5 5l14 14M19 5L5 19', red, 'line']],
  no_entry: [
    [disc, red],
    ['M7 12h10', white, 'line'],
  ],
  no_entry_sign: [['M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6 6l12 12', red, 'line']],
  octagonal_sign: [['M8 2h8l6 6v8l-6 6H8l-6-6V8z', red]],
  rotating_light: [
    ['M6 17V12a6 6 0 0 1 12 0v5z', red],
    ['M4 17h16v5H4z', grey],
    ['M12 1v2M3.5 5l1.5 1.5M20.5 5L19 6.5', amber, 'line'],
  ],
  hourglass,
  hourglass_flowing_sand: hourglass,
  file_folder: [
    ['M2 5h7l2 2.5h11V20H2z', '#d79a2b'],
    ['M2 9.5h20V20H2z', amber],
  ],
  open_file_folder: [
    ['M2 5h7l2 2.5h9V20H2z', '#d79a2b'],
    ['M5 11h19l-4 9H2z', amber],
  ],
  page_facing_up: page,
  page_with_curl: page,
  bookmark_tabs: page,
  clipboard: [
    ['M4 4h16v18H4z', '#9a6b3f'],
    ['M6.5 6.5h11v13h-11z', white],
    ['M9 2h6v4H9z', grey],
  ],
  memo,
  pencil: memo,
  paperclip: [
    [
      'M15.5 8l-6 6.3a1.8 1.8 0 0 0 2.6 2.6l6.5-6.7a3.8 3.8 0 0 0-5.5-5.4L6.3 11.6a5.8 5.8 0 0 0 8.3 8.2l5-5',
      grey,
      'line',
    ],
  ],
  package: [
    ['M2 7l10-5 10 5v10l-10 5-10-5z', '#c08a4f'],
    ['M2 7l10 5 10-5M12 12v10', '#8d5f2f', 'line'],
  ],
  inbox_tray: [
    ['M2 14h6l1.5 3h5L16 14h6v8H2z', grey],
    ['M12 2v9M8.5 8l3.5 3.5L15.5 8', blue, 'line'],
  ],
  outbox_tray: [
    ['M2 14h6l1.5 3h5L16 14h6v8H2z', grey],
    ['M12 12V3M8.5 6L12 2.5 15.5 6', red, 'line'],
  ],
  bar_chart: [
    [tile, paper],
    ['M7 18v-5', green, 'line'],
    ['M12 18V7', blue, 'line'],
    ['M17 18v-8', red, 'line'],
  ],
  chart_with_upwards_trend: [
    [tile, paper],
    ['M5 17l5-5 3.5 3L19 8', red, 'line'],
  ],
  calendar,
  date: calendar,
  email: letter,
  envelope: letter,
  'e-mail': letter,
  incoming_envelope: letter,
  envelope_with_arrow: letter,
  tada: [
    ['M3 22L8 8l8 8z', amber],
    ['M11 9.5c2-1 2.5-3 1.5-5.5M14.5 13c1.5-2 4-2.5 6.5-1.5M14 9.5l5-5', blue, 'line'],
    ['M18 8.5h.1M16.5 2.5h.1M21.5 7h.1M8 3.5h.1', red, 'line'],
  ],
  sparkles: [['M10 4l2 6 6 2-6 2-2 6-2-6-6-2 6-2zM19 2l.9 2.6L22.5 5.5l-2.6.9L19 9l-.9-2.6-2.6-.9 2.6-.9z', amber]],
  star: [['M12 2l3 7 7.5.6-5.7 5L18.5 22 12 18l-6.5 4 1.7-7.4-5.7-5L9 9z', amber]],
  bust_in_silhouette: person,
  busts_in_silhouette: people,
  alarm_clock: clock(3),
  arrows_counterclockwise: plug(
    'M7 10a5.5 5.5 0 0 1 9.5-1.5M17 14a5.5 5.5 0 0 1-9.5 1.5M17 5.5v3.5h-3.5M7 18.5V15h3.5',
  ),
  arrows_clockwise: plug('M7 10a5.5 5.5 0 0 1 9.5-1.5M17 14a5.5 5.5 0 0 1-9.5 1.5M17 5.5v3.5h-3.5M7 18.5V15h3.5'),
  repeat: plug('M7 11V9h10l-2.5-2.5M17 13v2H7l2.5 2.5'),
  arrow_right: plug('M6 12h12M13.5 7.5L18 12l-4.5 4.5'),
  arrow_left: plug('M18 12H6M10.5 7.5L6 12l4.5 4.5'),
  arrow_forward: plug('M9.5 7v10l7-5z'),
  double_vertical_bar: pause,
  pause_button: pause,
  black_square_for_stop: stop,
  stop_button: stop,
  lock: [
    [shackle, grey, 'line'],
    ['M4.5 11h15v11h-15z', amber],
    ['M12 15v3', dark, 'line'],
  ],
  unlock: [
    ['M7.5 11V7a4.5 4.5 0 0 1 8.5-2', grey, 'line'],
    ['M4.5 11h15v11h-15z', amber],
    ['M12 15v3', dark, 'line'],
  ],
  key: [
    ['M15 3a5.5 5.5 0 1 0 1.5 10.8A5.5 5.5 0 0 0 15 3ZM11 12l-8 8v2h4v-2.5h2.5V17H12M16.5 7h.1', '#c98f14', 'line'],
  ],
  shield: [['M12 2l8.5 3v7c0 5-3.5 8.5-8.5 10-5-1.5-8.5-5-8.5-10V5z', blue]],
  bell: [[bell, amber]],
  mag: magnifier,
  mag_right: magnifier,
  link: [
    [
      'M10 14a4 4 0 0 0 5.7 0l4-4A4 4 0 0 0 14 4.3L12.5 6M14 10a4 4 0 0 0-5.7 0l-4 4a4 4 0 0 0 5.7 5.7l1.5-1.7',
      grey,
      'line',
    ],
  ],
  gear: [
    [
      'M12 1.5v4M12 18.5v4M1.5 12h4M18.5 12h4M4.6 4.6l2.8 2.8M16.6 16.6l2.8 2.8M19.4 4.6l-2.8 2.8M7.4 16.6l-2.8 2.8',
      grey,
      'line',
    ],
    ['M12 6.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z', grey, 'line'],
  ],
  wastebasket: [
    ['M5 7h14l-1.5 15h-11z', grey],
    ['M4 6h16M9.5 3h5M10 11v7M14 11v7', dark, 'line'],
  ],
  heavy_plus_sign: [['M12 4v16M4 12h16', grey, 'line']],
  heavy_minus_sign: [['M4 12h16', grey, 'line']],
  question: [['M8 8a4 4 0 1 1 6 3.5c-1.5.9-2 1.7-2 3.5M12 19.5v.1', red, 'line']],
  exclamation: [['M12 3v11M12 19.5v.1', red, 'line']],
  heavy_exclamation_mark: [['M12 3v11M12 19.5v.1', red, 'line']],
  information_source: plug('M12 7v.1M10 11h2v6M9.5 17h5'),
  bulb: [
    ['M12 2a7 7 0 0 0-4 12.7V17h8v-2.3A7 7 0 0 0 12 2Z', amber],
    ['M8.5 18.5h7V20l-1.5 2h-4l-1.5-2z', grey],
  ],
  speech_balloon: [
    ['M2 3h20v14H11l-5 5v-5H2z', paper],
    ['M7.5 10h.1M12 10h.1M16.5 10h.1', grey, 'line'],
  ],
  wave: [
    ['M8 12.5h10.5v4a5.2 5.2 0 0 1-10.5 1z', '#f5c14b'],
    ['M9 14V6.5M12 13V4M15 13V4.5M18 14V7M9 17.5l-4.5-4', '#f5c14b', 'line'],
    ['M2.5 7.5a6 6 0 0 1 2.5-4M22 18a6 6 0 0 1-3 3.5', '#8fb4d9', 'line'],
  ],
  eyes: [
    [
      'M7 5c-2.5 0-4.5 3-4.5 7s2 7 4.5 7 4.5-3 4.5-7S9.5 5 7 5ZM17 5c-2.5 0-4.5 3-4.5 7s2 7 4.5 7 4.5-3 4.5-7-2-7-4.5-7Z',
      white,
    ],
    [
      'M7 5c-2.5 0-4.5 3-4.5 7s2 7 4.5 7 4.5-3 4.5-7S9.5 5 7 5ZM17 5c-2.5 0-4.5 3-4.5 7s2 7 4.5 7 4.5-3 4.5-7-2-7-4.5-7Z',
      dark,
      'line',
    ],
    ['M5.5 10a2 2.5 0 1 0 0 5 2 2.5 0 0 0 0-5ZM15.5 10a2 2.5 0 1 0 0 5 2 2.5 0 0 0 0-5Z', dark],
  ],
  robot_face: [
    ['M4 7h16v14H4z', '#9fb0c0'],
    ['M12 7V3', grey, 'line'],
    ['M9 12v.1M15 12v.1M9 17h6', dark, 'line'],
  ],
  ticket: [
    ['M2 6h20v4a2 2 0 0 0 0 4v4H2v-4a2 2 0 0 0 0-4z', '#d9773f'],
    ['M15 8.5v1.5M15 13v2.5', white, 'line'],
  ],
  seat: [['M7 3h4l1.5 9H18v9h-2v-5H8z', blue]],
  chair: [['M7 2v20M7 13h10v9M7 5h2', '#9a6b3f', 'line']],
  door: [
    ['M5 2h14v20H5z', '#9a6b3f'],
    ['M15.5 12v1', amber, 'line'],
  ],
  house: [
    ['M4 11.5L12 4l8 7.5V21H4z', paper],
    ['M2.5 12L12 3l9.5 9', red, 'line'],
    ['M10 21v-6h4v6z', '#9a6b3f'],
  ],
  computer: [
    ['M3 4h18v12H3z', dark],
    ['M5 6h14v8H5z', '#9fd0f2'],
    ['M1 18h22l-1 3H2z', grey],
  ],
  globe_with_meridians: [
    ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18Z', blue, 'line'],
  ],
  rocket: [
    ['M12 1c4 3 5.5 8 4.5 14h-9C6.5 9 8 4 12 1Z', paper],
    ['M7.5 12L4 17v4l4-4zM16.5 12l3.5 5v4l-4-4z', red],
    ['M12 8v.1', blue, 'line'],
    ['M10 17h4l-2 6z', amber],
  ],
  zzz: [['M4 12h6l-6 8h6M13 4h7l-7 9h7', blue, 'line']],
  red_circle: [[disc, red]],
  large_orange_circle: [[disc, '#ef8a33']],
  large_yellow_circle: [[disc, amber]],
  large_green_circle: [[disc, green]],
  large_blue_circle: [[disc, blue]],
  white_circle: [[disc, '#d5dbe0']],
  black_circle: [[disc, dark]],
  large_green_square: [[tile, green]],
  large_yellow_square: [[tile, amber]],
  large_red_square: [[tile, red]],
  white_large_square: [[tile, '#d5dbe0']],
  black_large_square: [[tile, dark]],
  ...Object.fromEntries(Array.from({ length: 12 }, (_, hour) => [`clock${hour + 1}`, clock(hour + 1)])),
};

/** Drawings of the short codes that bots use most, for machines without an emoji font; null where there is none. */
export function emojiArt(name: string): JSX.Element | null {
  const shapes = Object.hasOwn(art, name) ? art[name] : undefined;
  if (!shapes) return null;
  return (
    <svg class="emoji-art" viewBox="0 0 24 24" aria-hidden="true">
      {shapes.map(([path, colour, kind]) =>
        kind === 'line' ? (
          <path key={path} d={path} class="emoji-line" stroke={colour} />
        ) : (
          <path key={path} d={path} fill={colour} />
        ),
      )}
    </svg>
  );
}
