/** What an address says about where it leads. Pure. */

/** 4 or 6; 0 for a name, behind which a browser hides an address of its own (RFC 8828). */
export function familyOf(address: string): 0 | 4 | 6 {
  if (address.includes(":")) return 6;
  return /^\d+(\.\d+){3}$/.test(address) ? 4 : 0;
}

/** `address:port`, with brackets around IPv6 (RFC 5952, section 6). */
export function join(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** RFC 1918, link-local (RFC 3927, RFC 4291) and unique local addresses (RFC 4193). */
export function isPrivate(address: string): boolean {
  return /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(address) || /^(fe[89ab][0-9a-f]|f[cd][0-9a-f]{2}):/i.test(address);
}

/** Addresses between a provider and its customers (RFC 6598): not of one network, and not known outside either. */
function isShared(address: string): boolean {
  return /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(address);
}

/** Whether it names this machine to everybody on the Internet. */
export function isGlobal(address: string): boolean {
  return familyOf(address) !== 0 && !isPrivate(address) && !isShared(address) && !isLoopback(address);
}

/** Two IPv6 addresses of one /64 are on one link (RFC 4291, section 2.5.4). */
export function sharesPrefix(here: string | null, there: string): boolean {
  return here !== null && here.includes(":") && prefix(here) === prefix(there);
}

function prefix(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter((group) => group !== "").length;
  return [...groups, ...new Array<string>(zeros).fill("0")].slice(0, 4).join(":");
}
