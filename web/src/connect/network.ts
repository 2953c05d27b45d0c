/** Tells when this machine changed its network, as far as a browser lets a page know. */

/** The part of NetworkInformation (W3C Network Information API) that is used; only some browsers have it. */
interface NetworkInformation extends EventTarget {
  /** `wifi`, `cellular`, ...; not told on most desktops. */
  readonly type?: string;
}

/** Calls back after each change; gives a function that ends that. */
export function watchNetwork(changed: () => void): () => void {
  const connection = (navigator as { readonly connection?: NetworkInformation }).connection;
  let last = connection?.type;
  // `change` also tells each new estimate of the speed.
  const typeChanged = (): void => {
    if (connection?.type === last) return;
    last = connection?.type;
    changed();
  };
  window.addEventListener("online", changed);
  connection?.addEventListener("change", typeChanged);
  return () => {
    window.removeEventListener("online", changed);
    connection?.removeEventListener("change", typeChanged);
  };
}
