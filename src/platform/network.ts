/**
 * Where a request comes from, as the platform reports it: an IPv4 address, or the first half of an IPv6 address, because whoever has one address of
 * such a network has all of them. null off the platform.
 */
export function networkOf(headers: Headers): string | null {
  const address = headers.get('CF-Connecting-IP');
  if (!address?.includes(':')) return address;
  const halves = address.toLowerCase().split('::');
  const [before = [], after = []] = halves.map((half) => half.split(':').filter(Boolean));
  const zeros = Math.max(0, 8 - before.length - after.length); // that `::` stands for
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
