/** What the page and the worker of its shell say to each other. */

/** To the worker, with a port: which build is kept? */
export interface Ask {
  readonly type: "build";
}

/** Over the port: the main script of that build, as its path. */
export interface Told {
  readonly main: string;
}

/** To the page: a notice was clicked. */
export interface Clicked {
  readonly type: "clicked";
  /** Where it leads: a fragment, with its `#`. */
  readonly fragment: string;
}
