/**
 * Checks this engine against answers that another engine gave for the same model. Open ReferenceCheck first. Used by
 * the doctor and by tests; one thread drives a check.
 */
package quern.inference.reference;
