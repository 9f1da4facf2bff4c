/**
 * Augmentation: small changes to a text, as people and machines make them by mistake or by choice. Open
 * {@link quern.curation.augment.Augmentation} first. Used by operators; methods are immutable and safe for several
 * threads, the random numbers come from the caller.
 */
package quern.curation.augment;
