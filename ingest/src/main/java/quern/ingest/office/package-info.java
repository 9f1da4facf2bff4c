/**
 * Office Open XML (ECMA-376) as text and rows: word documents and workbooks. Open OfficeFile first. Used by the
 * readers. XML is read as a stream without document types or entities, out of a zip file whose sizes are bounded. One
 * owner, one thread.
 */
package quern.ingest.office;
