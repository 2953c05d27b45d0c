/** A few words of the list, enough to type with. */
export const words = ["guide", "guilt", "guitar", "gun", "sun", "sunny", "sunset", "super", "zebra", "zero", "zone", "zoo"];
