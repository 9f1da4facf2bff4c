/**
 * Questions and answers made of a document's own structure: headings, definitions, labelled values, table rows.
 * Nothing here knows a particular collection of documents, and no model is asked. Open
 * {@link quern.curation.qa.QaFromStructureMapper} first. Made by {@code quern.curation.library}; immutable and safe
 * for several threads.
 */
package quern.curation.qa;
