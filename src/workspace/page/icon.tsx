import type { JSX } from 'preact';

const paths = {
  attach: 'M14.5 7.5 8.2 13.8a2 2 0 0 0 2.8 2.8l6.6-6.6a3.6 3.6 0 0 0-5.1-5.1L5.6 11.8a5.2 5.2 0 0 0 7.4 7.4l5.5-5.5',
  bell: 'M12 4a5 5 0 0 0-5 5v4l-2 3h14l-2-3V9a5 5 0 0 0-5-5Zm-2 15a2 2 0 0 0 4 0',
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7',
  chevron: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 20h14',
  drop: 'M12 15V4m0 0L8 8m4-4 4 4M5 15v4h14v-4',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  hash: 'M9.5 4 7.5 20M16.5 4l-2 16M5 9.5h15M4 15h15',
  home: 'M4 11.5 12 5l8 6.5M6.5 10v9h11v-9',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  reply: 'M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6v1',
  send: 'M4 12 20 5l-5 15-3.5-6.5z',
  sheet: 'M5 4h14v16H5zM5 9.5h14M5 14.5h14M11 4v16',
  swap: 'M8 4 4 8l4 4M4 8h14M16 12l4 4-4 4M20 16H6',
  warning: 'M12 4 2.8 20h18.4zM12 10v5M12 17.6v.01',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
} as const;

/** A line drawing beside a word; never the only name of a thing. */
export function Icon({ name }: { name: keyof typeof paths }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
