/**
 * De-identification: finds the identifiers of HIPAA's Safe Harbor list (45 CFR 164.514(b)(2)) in text and replaces them
 * by placeholders or by surrogates. Open {@link quern.curation.deident.IdentifierFinder} for what is found and {@link
 * quern.curation.deident.DeidentifyMapper} for what becomes of it. The library of operators depends on it. Finders
 * belong to one text and one thread; everything else is immutable. No text reaches a log or a message.
 */
package quern.curation.deident;
