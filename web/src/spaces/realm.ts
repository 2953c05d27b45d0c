/** Which names a server may go by that nobody can register; pure. Twin of signaling/protocol/hosts.py. */

/** Names that nobody can register (RFC 6761, 6762, 8375, ICANN's reservation of .internal; .lan is not delegated). */
const LOCAL_SUFFIXES = [".localhost", ".local", ".internal", ".home.arpa", ".lan"] as const;

/** As browsers write it (URL Standard, host serializing): four numbers, or something in square brackets. */
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/**
 * What stands for a server in what its clients derive for it: its host, with its port, if that can be registered, else nothing. `host` is
 * that of an address of the page, so it is in lower case but for what tests give.
 */
export function realm(host: string): string {
  const whole = host.toLowerCase();
  return isLocal(whole.replace(/:\d+$/, "")) ? "" : whole;
}

/** Whether a host without a port is an address, or a name that only a machine near by can have. */
function isLocal(name: string): boolean {
  return ADDRESS.test(name) || !name.includes(".") || LOCAL_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
