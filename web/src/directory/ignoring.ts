/** What of a folder is not published, because hardly anybody means to; pure. The rules of pypeer/library/ignoring.py. */

/** Files and folders that their owner does not see either: settings, histories, `.ssh`, `.git`, `.env`. */
const HIDDEN = [".*"];

/** Keys and passwords, by the names that programs give them. */
const SECRETS = [
  "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*.pem", "*.key", "*.p12", "*.pfx", "*.ppk", "*.jks", "*.keystore", "*.kdb", "*.kdbx",
  "*.ovpn", "*.gpg", "secring.*", "wallet.dat", "credentials", "credentials.*", "secrets", "secrets.*", "passwords.*",
];

/** What programs leave behind or have not finished. */
const PASSING = [
  "*~", "~$*", "*.part", "*.partial", "*.crdownload", "*.download", "*.tmp", "*.temp", "*.swp", "*.!ut", "*.aria2", "thumbs.db", "ehthumbs.db", "desktop.ini",
];

/** Folders of the same sort. */
const FOLDERS = ["$recycle.bin", "system volume information", "lost+found", "__pycache__", "node_modules"];

const ANYWHERE = [...HIDDEN, ...SECRETS, ...PASSING].map(expression);
const FOLDER = FOLDERS.map(expression);

/** Whether the file at this path, relative to the folder that is published, is left out. */
export function leavesOut(path: string): boolean {
  const names = path.toLowerCase().split("/");
  const isLeft = (name: string, patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(name));
  return names.some((name, at) => isLeft(name, ANYWHERE) || (at < names.length - 1 && isLeft(name, FOLDER)));
}

/** A pattern of a name, in which `*` stands for anything. */
function expression(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
