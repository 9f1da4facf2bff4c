/**
 * Mappers: each cleans or reshapes the text of a sample. Open {@link quern.curation.mapper.CleanEmailMapper} first.
 * Results are those of Data-Juicer 1.4.3, its quirks included, where the Javadoc does not say otherwise. Immutable
 * and safe for several threads.
 */
package quern.curation.mapper;
