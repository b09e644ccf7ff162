/**
 * Where a request comes from, as the platform says: an IPv4 address, or the first half of an IPv6 one, since whoever has one address of
 * such a network has all of them. null off the platform.
 */
export const networkOf = (headers: Headers): string | null =>
  headers.get('CF-Connecting-IP')?.split('::', 1).join('').split(':', 4).join(':') ?? null;
