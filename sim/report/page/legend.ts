/** What the tones mean, drawn as the timeline draws them. */

const bar = (tone: string, more = ''): string =>
  `<rect class="${tone}" x="1" y="1.5" width="18" height="10" rx="2"/>${more}`;

const entries: readonly (readonly [picture: string, meaning: string])[] = [
  [bar('t-leader p-0'), 'leader, coloured by node'],
  [bar('t-follower p-0'), 'follower or standby'],
  ['<path class="t-start" d="M6 1.5l8 5l-8 5z"/>', 'start'],
  ['<path class="t-crash" d="M5 1.5l10 10m0-10l-10 10"/>', 'killed or failed'],
  [bar('t-write'), 'write'],
  [bar('t-read'), 'read'],
  [bar('t-refused'), 'refused'],
  [bar('t-unknown'), 'outcome unknown, may still happen'],
  [
    '<circle class="t-seen" cx="6" cy="6.5" r="3.6"/><circle class="t-progress" cx="15" cy="6.5" r="2.4"/>',
    'watch events, progress',
  ],
  [bar('t-fault', '<path class="t-fired" d="M10 .5l5 6l-5 6l-5-6z"/>'), 'fault’s window, fault strikes'],
  [
    '<rect class="t-stored p-0" x="3" y="1" width="3.2" height="11"/><path class="t-fence p-0" d="M14 .5l6 6l-6 6l-6-6z"/>',
    'object put, fencing segment',
  ],
  ['<rect class="t-deleted p-0" x="8" y="1" width="4" height="11"/>', 'object deleted'],
  ['<rect class="halo" x="1" y="1" width="18" height="11" rx="3"/>', 'named by the verdict'],
];

export const legend = `<ul class="legend" aria-label="Legend">${entries
  .map(([picture, meaning]) => `<li><svg viewBox="0 0 20 13" aria-hidden="true">${picture}</svg>${meaning}</li>`)
  .join('')}</ul>`;
