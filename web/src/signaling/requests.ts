/** What a peer asks of the server, and what answers it. */

import type {
  Announce, Ask, Asked, Browse, Call, Called, Error as ErrorMessage, Flag, Found, Here, Keyring, Keys, Knock, Knocked, Lapsed, Leave, Left, Listing, Met, Ok, Open, Opened, Peers,
  Publish, Published, Renew, Renewed, Report, SealedAnnounce, SealedBrowse, SealedFound, SealedHere, SealedListing, SealedPeers, SealedPublish, SealedSearch,
  Search, Shut, Signal, Signaled, Take, Wait, Withdraw,
} from "../gen/signaling.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

/** A request as it is sent. */
export type Numbered =
  | Open | Take | Shut | Knock | Signal | Leave | Report | Renew | Publish | Announce | Withdraw | Search | Peers | Browse | Ask | Flag | Wait | Call
  | SealedPublish | SealedAnnounce | SealedSearch | SealedPeers | SealedBrowse | Keys;

/** What a peer asks of the server; the core gives it its number. */
export type Request = Unnumbered<Numbered>;
/** The answer to a request. */
export type Reply = Ok | Opened | Met | Renewed | Published | Found | Here | Listing | SealedFound | SealedHere | SealedListing | Keyring | ErrorMessage;
/** What happens to a code or a pair. */
export type Push = Knocked | Asked | Called | Signaled | Left | Lapsed;

/** What answers each request that is not answered by `ok`. */
interface Answers {
  readonly open: Opened;
  readonly take: Opened;
  readonly knock: Met;
  readonly ask: Met;
  readonly renew: Renewed;
  readonly publish: Published;
  readonly search: Found;
  readonly peers: Here;
  readonly browse: Listing;
  readonly call: Met;
  readonly "sealed-publish": Published;
  readonly "sealed-search": SealedFound;
  readonly "sealed-peers": SealedHere;
  readonly "sealed-browse": SealedListing;
  readonly keys: Keyring;
}

/** Any answer that is no refusal. */
export type Answer = Ok | Answers[keyof Answers];
/** What answers this request. */
export type AnswerTo<R extends Request> = R extends { t: infer T extends keyof Answers } ? Answers[T] : Ok;
