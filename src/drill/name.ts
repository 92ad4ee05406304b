/** Names of a drill's branch and folder: when it began, and what nobody else has. */
const pattern = /^drill-\d{8}t\d{6}z-[0-9a-f]{8}$/;

export function drillName(wallMs: number, random: Uint8Array): string {
  const time = new Date(wallMs)
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase();
  return `drill-${time}-${Buffer.from(random.subarray(0, 4)).toString('hex')}`;
}

export function isDrillName(name: string): boolean {
  return pattern.test(name);
}
